// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.MemoryLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.PersistenceModel;

/** What an exploration does. Changed only in a copy that nobody else has seen. */
final class Settings {

    static final int UNBOUNDED = -1;

    PersistenceModel model = PersistenceModel.adr();
    CrashPoints points = CrashPoints.ORDERING;
    long budget = 1_000_000;
    long seed;
    int violations = 1;
    int threads = 1;
    Duration timeLimit = Duration.ofSeconds(10);
    @Nullable Duration within;
    int missing = UNBOUNDED;
    int present = UNBOUNDED;
    int recoveryDepth = UNBOUNDED;
    long recoveryBudget = 256;
    boolean sameAfterInterruption = true;
    @Nullable Path directory;
    Map<String, MemoryLayout> layouts = new HashMap<>();
    Consumer<Progress> progress = progress -> { };

    Settings with(Consumer<Settings> change) {
        Settings copy = new Settings();
        copy.model = model;
        copy.points = points;
        copy.budget = budget;
        copy.seed = seed;
        copy.violations = violations;
        copy.threads = threads;
        copy.timeLimit = timeLimit;
        copy.within = within;
        copy.missing = missing;
        copy.present = present;
        copy.recoveryDepth = recoveryDepth;
        copy.recoveryBudget = recoveryBudget;
        copy.sameAfterInterruption = sameAfterInterruption;
        copy.directory = directory;
        copy.layouts = new HashMap<>(layouts);
        copy.progress = progress;
        change.accept(copy);
        return copy;
    }

    boolean isBounded() {
        return missing != UNBOUNDED || present != UNBOUNDED;
    }
}
