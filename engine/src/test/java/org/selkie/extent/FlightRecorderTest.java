// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.persist.Durability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

final class FlightRecorderTest {
    @TempDir(factory = MappableDirectory.class)
    private Path temporary;

    @Test
    void mapAndSealChangeAreRecordedWithWhatWasObtained() throws Exception {
        Path file = temporary.resolve("extent");
        Path dump = temporary.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("org.selkie.Map");
            recording.enable("org.selkie.SealChange");
            recording.start();
            ExtentOptions options =
                    ExtentOptions.ofLength(1 << 20).withRequiredDurability(Durability.PROCESS_CRASH);
            Extent.create(file, options).close();
            recording.stop();
            recording.dump(dump);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(dump).stream()
                .filter(event -> event.getString("extent").equals(file.toString()))
                .toList();
        RecordedEvent map = only(events, "org.selkie.Map").getFirst();
        assertEquals(1 << 20, map.getLong("lengthBytes"));
        assertEquals("ADVISORY", map.getString("tier"));
        assertEquals("PROCESS_CRASH", map.getString("durability"));
        assertTrue(map.getDuration().isPositive(), map::toString);

        List<RecordedEvent> seals = only(events, "org.selkie.SealChange");
        assertEquals(
                List.of("HELD", "RELEASED"),
                seals.stream().map(event -> event.getString("after")).toList());
    }

    private static List<RecordedEvent> only(List<RecordedEvent> events, String name) {
        return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
    }
}
