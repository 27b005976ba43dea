// SPDX-License-Identifier: Apache-2.0

/**
 * The crash-state explorer: records what code stores, flushes and fences, and shows every state that a crash may leave to
 * a checker.
 */
module org.selkie.crashtest {
    requires transitive org.selkie.engine;
    requires static transitive org.jspecify;
    requires static transitive org.junit.jupiter.api;
    requires static java.instrument;

    exports org.selkie.crashtest;
    exports org.selkie.crashtest.agent;
    exports org.selkie.crashtest.junit;
    exports org.selkie.crashtest.model;
    exports org.selkie.crashtest.mutation;
    exports org.selkie.crashtest.report;
    exports org.selkie.crashtest.trace;
}
