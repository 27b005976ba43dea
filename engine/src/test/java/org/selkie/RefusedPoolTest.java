// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.log.DamagedLogException;
import org.selkie.testing.Damage;
import org.selkie.testing.PoolImage;
import org.selkie.testing.Pools;
import org.selkie.testing.Scratch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

/** A pool that is refused for one of its logs is left as it is, with all of them. */
final class RefusedPoolTest {

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @Test
    void theDamageOfOneLogKeepsTheOthersFromBeingRepaired() {
        Path crashed = scratch.path("crashed");
        try (Pool pool = Pools.open(scratch.path("pool"))) {
            long last = 0;
            for (String name : new String[] {"a", "b"}) {
                for (int i = 0; i < 10; i++) {
                    last = pool.log(name).append(Pools.payload(i, 500));
                }
            }
            PoolImage.atRest(Path.of(pool.name())).writeTo(crashed);
            // The last record of the one is torn, which its recovery would cover; an early one of the other is damaged.
            Damage.flip(Damage.extents(crashed).get(0), last % Pools.EXTENT_BYTES + 40, 1);
            Damage.flip(Damage.extents(crashed).get(1), 4096 + 40, 1);
        }
        // Of the headers, one copy: to write it anew is to change the pool as well.
        Damage.flip(Damage.extents(crashed).get(0), 40, 1);
        PoolImage before = PoolImage.of(crashed);
        assertThrows(DamagedLogException.class, () -> Pools.open(crashed));
        assertEquals(before, PoolImage.of(crashed));
    }
}
