// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.nio.file.Path;
import java.util.Optional;
import org.selkie.bench.contender.Emulation;

/**
 * What is asked of a run.
 *
 * @param path      a directory on the medium
 * @param device    a device-dax in its stead
 * @param disk      a directory on a disk for group commit; where empty, the working directory if it lies on one
 * @param full      whether figures for publication are wanted
 * @param json      whether JSON goes to standard output
 * @param html      where a page is written
 * @param emulation what is added, and that it is emulated
 * @param peers     whether peers take part
 * @param keys      in each store
 */
record BenchPlan(Path path, Optional<Path> device, Optional<Path> disk, boolean full, boolean json, Optional<Path> html,
        Emulation emulation, boolean peers, long keys) {

    private static final String TMPFS = "/dev/shm";

    /** So few that a quick look fits into its time. */
    private static final long QUICK_KEYS = 200_000;
    private static final long FULL_KEYS = 1_000_000;

    /** How many keys a store is filled with. */
    long storeKeys() {
        return keys > 0 ? keys : full ? FULL_KEYS : QUICK_KEYS;
    }

    /** Reads arguments as {@code selkie bench} hands them on. */
    static BenchPlan of(String... args) {
        BenchPlan plan = new BenchPlan(Path.of(TMPFS), Optional.empty(), Optional.empty(), false, false, Optional.empty(),
                Emulation.NONE, true, 0);
        for (int i = 0; i < args.length; i++) {
            String option = args[i];
            plan = switch (option) {
                case "--quick" -> plan.with(false);
                case "--full" -> plan.with(true);
                case "--json" -> new BenchPlan(plan.path, plan.device, plan.disk, plan.full, true, plan.html, plan.emulation,
                        plan.peers, plan.keys);
                case "--no-peers" -> new BenchPlan(plan.path, plan.device, plan.disk, plan.full, plan.json, plan.html,
                        plan.emulation, false, plan.keys);
                case "--path", "--device", "--disk", "--html", "--emulate", "--keys" -> {
                    i++;
                    if (i == args.length) {
                        throw new IllegalArgumentException(option + " without a value; give one after it");
                    }
                    yield plan.with(option, args[i]);
                }
                default -> throw new IllegalArgumentException("unknown option " + option + "; expected --path DIR, --device DEV,"
                        + " --disk DIR, --quick, --full, --json, --html FILE, --emulate PROFILE, --keys N or --no-peers");
            };
        }
        return plan;
    }

    private BenchPlan with(boolean isFull) {
        return new BenchPlan(path, device, disk, isFull, json, html, emulation, peers, keys);
    }

    private BenchPlan with(String option, String value) {
        return switch (option) {
            case "--path" -> new BenchPlan(Path.of(value), device, disk, full, json, html, emulation, peers, keys);
            case "--device" -> new BenchPlan(path, Optional.of(Path.of(value)), disk, full, json, html, emulation, peers, keys);
            case "--disk" -> new BenchPlan(path, device, Optional.of(Path.of(value)), full, json, html, emulation, peers, keys);
            case "--html" -> new BenchPlan(path, device, disk, full, json, Optional.of(Path.of(value)), emulation, peers, keys);
            case "--keys" -> new BenchPlan(path, device, disk, full, json, html, emulation, peers,
                    Numbers.positive(option, value));
            default -> new BenchPlan(path, device, disk, full, json, html, EmulationProfiles.named(value), peers, keys);
        };
    }
}
