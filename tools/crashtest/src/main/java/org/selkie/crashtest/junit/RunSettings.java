// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.CrashPoints;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

/**
 * What one crash test does: its annotation, and the system properties that win over it.
 *
 * @param html  one page for all tests, when somebody asked for it
 * @param image directory for the images that break, when somebody asked for it
 */
record RunSettings(List<PersistenceModel> models, CrashPoints points, long budget, long seed, int k,
        int threads, long imageMillis, @Nullable Path html, @Nullable Path image, boolean progress) {

    static final String SEED = "selkie.seed";
    static final String MODEL = "selkie.crashtest.model";
    static final String BUDGET = "selkie.crashtest.budget";
    static final String K = "selkie.crashtest.k";
    static final String HTML = "selkie.crashtest.html";
    static final String IMAGE = "selkie.crashtest.image";
    static final String PROGRESS = "selkie.crashtest.progress";

    static RunSettings of(CrashTest test) {
        Long seed = number(SEED);
        Long budget = number(BUDGET);
        Long k = number(K);
        String models = System.getProperty(MODEL);
        if (models == null && test.model().length == 0) {
            throw new TraceException("model of @CrashTest is empty, so nothing would be explored; name at least one, such as "
                    + "adr");
        }
        long chosen = seed != null ? seed : test.seed();
        return new RunSettings(
                Arrays.stream(models == null ? test.model() : models.split(",")).map(String::strip)
                        .map(PersistenceModel::named).toList(),
                test.points(), budget == null ? test.budget() : budget,
                chosen != 0 ? chosen : ThreadLocalRandom.current().nextInt(1, Integer.MAX_VALUE),
                k == null ? test.k() : k(k), test.threads(), test.imageMillis(), path(HTML), path(IMAGE),
                ProgressLine.isWanted(System.getProperty(PROGRESS)));
    }

    Exploration exploration(Trace trace, PersistenceModel model) {
        Exploration all = Exploration.of(trace).model(model).points(points).budget(budget).seed(seed).threads(threads)
                .timeLimit(Duration.ofMillis(imageMillis));
        return k < 0 ? all : all.atMostMissing(k);
    }

    /** Where a build keeps what it makes, for what nobody gave a place: null when that is not known. */
    static @Nullable Path buildDirectory() {
        for (String name : List.of("target", "build")) {
            if (Files.isDirectory(Path.of(name))) {
                return Path.of(name, "crashtest");
            }
        }
        return null;
    }

    private static int k(long value) {
        if (value > Integer.MAX_VALUE) {
            throw new TraceException("-D" + K + "=" + value + " is more lines than there can be; give a small number");
        }
        return value < 0 ? -1 : (int) value;
    }

    private static @Nullable Path path(String property) {
        String value = System.getProperty(property);
        return value == null || value.isBlank() ? null : Path.of(value);
    }

    private static @Nullable Long number(String property) {
        String value = System.getProperty(property);
        if (value == null || value.isBlank()) {
            return null;
        }
        try {
            return Long.valueOf(value.strip());
        } catch (NumberFormatException e) {
            throw new TraceException("-D" + property + "=" + value + " is not a whole number; give one", e);
        }
    }
}
