// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import org.selkie.crashtest.model.PersistenceModel;

/** What an exploration does. */
record Settings(PersistenceModel model, CrashPoints points, long budget, long seed, int violations) {

    Settings withModel(PersistenceModel value) {
        return new Settings(value, points, budget, seed, violations);
    }

    Settings withPoints(CrashPoints value) {
        return new Settings(model, value, budget, seed, violations);
    }

    Settings withBudget(long value) {
        return new Settings(model, points, value, seed, violations);
    }

    Settings withSeed(long value) {
        return new Settings(model, points, budget, value, violations);
    }

    Settings withViolations(int value) {
        return new Settings(model, points, budget, seed, value);
    }
}
