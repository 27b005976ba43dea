// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.nio.file.Path;
import org.selkie.Pool;
import org.selkie.persist.Durability;

/** Opens a pool that needs recovery and ends without closing it, if it is not killed before. Arguments: pool, durability. */
final class KillRecoveryChild {

    private KillRecoveryChild() {
    }

    public static void main(String[] arguments) {
        System.out.println("opening");
        Pool pool = Pool.open(Path.of(arguments[0]), KillChild.options(Durability.valueOf(arguments[1])).withoutCreating());
        System.out.println("recovered " + pool.recovery().records());
        Runtime.getRuntime().halt(0);
    }
}
