// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import org.selkie.persist.Durability;

/** {@code power-failure} and {@code process-crash}. */
public final class DurabilityWord extends EnumWord<Durability> {
    public DurabilityWord() {
        super(Durability.class);
    }
}
