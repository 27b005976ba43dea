// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.selkie.bench.Ceiling;
import org.selkie.bench.contender.CeilingEngine;
import org.selkie.bench.contender.Emulation;
import org.selkie.bench.contender.FileChannelEngine;
import org.selkie.bench.contender.MappedFileEngine;
import org.selkie.bench.contender.Place;
import org.selkie.bench.contender.SelkieEngine;
import org.selkie.bench.contender.Work;
import org.selkie.extent.PathProbe;
import org.selkie.persist.Durability;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Contests that are real and short; what is asserted are counts and order, never times. */
class ContestTest {

    private static final Budget SHORT = new Budget(7, 200_000, 2, 1_000_000, 50);

    @TempDir
    private Path directory;

    private Place place() {
        // By instructions wherever the test runs: the emulation.
        return new Place(directory, Optional.empty(), Durability.PROCESS_CRASH, PathProbe.probe(directory, 0), Emulation.NONE);
    }

    @Test
    void anAppendIsOneFenceAndNoFlushAndAsManyLinesAsTheFormatSays() throws Exception {
        var outcome = Contest.hold(place(), Work.appends(256, 1), SHORT, List.of(new CeilingEngine(""),
                new CeilingEngine("again"),
                new SelkieEngine(SelkieEngine.Way.SHARED)), true);
        Result ours = outcome.results().getLast();
        // 24 bytes before the payload and 4 behind it, in lines of 64.
        assertEquals(5, ours.costs().lines(), 0.1);
        assertEquals(320, ours.costs().bytes(), 5);
        assertEquals(1, ours.costs().fences(), 0.1);
        assertEquals(0, ours.costs().flushes(), 0.1);
        assertTrue(ours.p50Nanos() <= ours.p99Nanos() && ours.p99Nanos() <= ours.p999Nanos());
        assertTrue(ours.nanos() > 0 && ours.lowNanos() <= ours.nanos() && ours.nanos() <= ours.highNanos());
    }

    @Test
    void aBatchSharesOneFence() throws Exception {
        var outcome = Contest.hold(place(), new Work(48, 1, 32), SHORT, List.of(new CeilingEngine(""), new CeilingEngine("again"),
                new SelkieEngine(SelkieEngine.Way.SHARED)), true);
        assertEquals(1.0 / 32, outcome.results().getLast().costs().fences(), 0.005);
    }

    @Test
    void twoThreadsAppendToOneLogAndToOneFile() throws Exception {
        var outcome = Contest.hold(place(), Work.appends(64, 2), SHORT, List.of(new CeilingEngine(""), new CeilingEngine("again"),
                new SelkieEngine(SelkieEngine.Way.SINGLE_WRITER), new SelkieEngine(SelkieEngine.Way.CLAIM),
                new FileChannelEngine(false), new MappedFileEngine(MappedFileEngine.Way.FORCE)), true);
        assertEquals(List.of("Selkie, single writer: opened for one thread"), outcome.absences());
        assertEquals(5, outcome.results().size());
    }

    @Test
    void anEmulatedDeviceIsAsSlowAsItsProfileSays() throws Exception {
        long fenceNanos = 20_000;
        Place slow = new Place(directory, Optional.empty(), Durability.PROCESS_CRASH, PathProbe.probe(directory, 0),
                new Emulation("test", fenceNanos, 0, "the test"));
        Ceiling.emulate(fenceNanos, 0);
        try {
            var outcome = Contest.hold(slow, Work.appends(64, 1), SHORT, List.of(new CeilingEngine(""),
                    new CeilingEngine("again"),
                    new SelkieEngine(SelkieEngine.Way.SHARED)), true);
            // A lower bound holds on any machine: nothing makes a wait shorter.
            outcome.results().forEach(result -> assertTrue(result.nanos() >= fenceNanos, result.title() + ": " + result.nanos()));
        } finally {
            Ceiling.emulate(0, 0);
        }
    }
}
