// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

final class ProbeCommandTest extends PlaceTest {
    @Test
    void aDirectoryIsAnsweredWithALevelItsReasonAndWhatWouldGiveMore() throws IOException {
        String text = Run.of("probe", place()).succeeded().text();
        for (String name : new String[] {"durability", "how", "seal", "medium", "file system", "MAP_SYNC", "MAP_DIRECT",
            "domain", "page size", "seal tiers", "to get more"}) {
            assertTrue(text.contains("\n  " + name + " "), () -> name + " is missing in\n" + text);
        }
        assertEquals(List.of(), Places.names(place()), "something was left behind");
    }

    @Test
    void jsonHasTheSameAnswers() {
        JsonObject json = JsonParser.parseString(Run.of("probe", place(), "--json").succeeded().text()).getAsJsonObject();
        assertEquals(place().toString(), json.get("path").getAsString());
        assertEquals("DIRECTORY", json.get("kind").getAsString());
        assertTrue(json.get("refusal").isJsonNull());
        assertTrue(json.get("durability").getAsString().matches("POWER_FAILURE|PROCESS_CRASH"));
        assertTrue(json.getAsJsonArray("tiers").size() >= 5);
    }

    @Test
    void whatIsNotThereYetIsTriedInItsNearestDirectory() {
        String text = Run.of("probe", place().resolve("a/b")).succeeded().text();
        assertTrue(text.contains("not there yet; tried in " + place()), text);
    }

    @Test
    void aPlaceThatCarriesNoPoolIsRefusedWithTheReason() throws IOException {
        Path link = Files.createSymbolicLink(place().resolve("link"), Files.createFile(place().resolve("file")));
        Run run = Run.of("probe", link);
        assertEquals(1, run.status(), run::text);
        assertTrue(run.text().contains("no pool"), run::text);
        assertTrue(run.text().contains("symbolic link"), run::text);
    }
}
