// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.util.Optional;

/**
 * What an audit found.
 *
 * @param state the seal's state after the audit; an audit that finds a change revokes the seal
 * @param finding what changed first, for a reader; empty where nothing did
 */
public record SealAudit(SealState state, Optional<String> finding) {

    /**
     * Whether the block map is still known to be what it was.
     *
     * @return false once the seal was released, revoked, or found broken
     */
    public boolean isIntact() {
        return finding.isEmpty() && state.admitsAccess();
    }
}
