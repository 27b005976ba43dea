// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.selkie.bench.contender.CeilingEngine;
import org.selkie.bench.contender.Emulation;
import org.selkie.bench.contender.Place;
import org.selkie.bench.contender.SelkieEngine;
import org.selkie.bench.contender.Work;
import org.selkie.bench.measure.Budget;
import org.selkie.bench.measure.Contest;
import org.selkie.bench.measure.Result;

/**
 * A check for machines that build every change: ratios of the log to the ceiling in the same rounds, never times. A limit is
 * broken
 * only if the whole interval lies above it, so that a busy machine fails nothing; and it is far above what is reached, so that
 * only a
 * change that costs an append a good part of its speed fails. {@code java -cp bench/target/benchmarks.jar
 * org.selkie.bench.program.RatioCheck [directory]}.
 */
public final class RatioCheck {

    private static final Budget BUDGET = new Budget(101, 1_000_000, 50, 500_000_000, 100);

    private record Limit(SelkieEngine.Way way, Work work, double most) {
    }

    private static final List<Limit> LIMITS = List.of(
            new Limit(SelkieEngine.Way.SINGLE_WRITER, Work.appends(64, 1), 1.6),
            new Limit(SelkieEngine.Way.SHARED, Work.appends(256, 1), 1.7),
            new Limit(SelkieEngine.Way.SHARED, Work.appends(1024, 2), 1.7),
            new Limit(SelkieEngine.Way.SHARED, new Work(48, 1, 32), 4));

    private RatioCheck() {
    }

    /** Ends with 1 if a ratio is beyond its limit. */
    public static void main(String[] args) throws Exception {
        Path path = Path.of(args.length > 0 ? args[0] : "/dev/shm");
        int broken = 0;
        for (Limit limit : LIMITS) {
            Path scratch = Files.createTempDirectory(path, "selkie-check");
            try {
                Place place = BenchProgram.place(path, Optional.empty(), scratch, Emulation.NONE);
                List<Result> results = Contest.hold(place, limit.work, BUDGET, List.of(new CeilingEngine(""),
                        new CeilingEngine("again"), new SelkieEngine(limit.way)), true).results();
                Result ours = results.getLast();
                boolean holds = ours.toCeiling().low() <= limit.most;
                System.out.printf("%-26s %-22s %s of the ceiling's time, at most %.1fx: %s%n", ours.title(), limit.work.words(),
                        ours.toCeiling().words(ours.noise()), limit.most, holds ? "holds" : "BROKEN");
                broken += holds ? 0 : 1;
            } finally {
                BenchProgram.remove(scratch);
            }
        }
        System.exit(broken == 0 ? 0 : 1);
    }
}
