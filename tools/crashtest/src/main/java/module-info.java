// SPDX-License-Identifier: Apache-2.0

/**
 * The crash-state explorer: records what code stores, flushes and fences, and shows every state that a crash may leave to
 * a checker.
 */
module org.selkie.crashtest {
    requires transitive org.selkie.engine;
    requires static transitive org.jspecify;

    exports org.selkie.crashtest;
    exports org.selkie.crashtest.model;
    exports org.selkie.crashtest.mutation;
    exports org.selkie.crashtest.trace;
}
