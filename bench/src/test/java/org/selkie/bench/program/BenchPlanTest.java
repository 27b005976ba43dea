// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

class BenchPlanTest {

    @Test
    void everyOptionArrives() {
        BenchPlan plan = BenchPlan.of("--full", "--path", "/mnt/a", "--disk", "/mnt/b", "--json", "--html", "x.html", "--emulate",
                "cxl", "--no-peers");
        assertTrue(plan.full() && plan.json());
        assertFalse(plan.peers());
        assertEquals(Path.of("/mnt/a"), plan.path());
        assertEquals(Optional.of(Path.of("/mnt/b")), plan.disk());
        assertEquals("cxl", plan.emulation().name());
        assertTrue(plan.emulation().words().startsWith("EMULATED"));
    }

    @Test
    void whatIsNotUnderstoodSaysWhatIs() {
        var option = assertThrows(IllegalArgumentException.class, () -> BenchPlan.of("--fast"));
        assertTrue(option.getMessage().contains("--fast") && option.getMessage().contains("--quick"));
        var profile = assertThrows(IllegalArgumentException.class, () -> BenchPlan.of("--emulate", "flash"));
        assertTrue(profile.getMessage().contains("optane-1"));
        assertThrows(IllegalArgumentException.class, () -> BenchPlan.of("--path"));
    }

    @Test
    void everyProfileNamesItsSource() {
        EmulationProfiles.ALL.forEach(profile -> assertFalse(profile.source().isBlank(), profile.name()));
    }
}
