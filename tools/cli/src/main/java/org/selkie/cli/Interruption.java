// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

/**
 * What is done when the user ends a command with Ctrl-C (SIGINT) or SIGTERM before it is finished. The JVM then ends with
 * the status that the signal gives.
 */
final class Interruption implements AutoCloseable {
    private static volatile boolean underWay;

    private final Thread hook;

    private Interruption(Thread hook) {
        this.hook = hook;
    }

    /** Runs the action if the JVM is ended before this is closed. */
    static Interruption then(Runnable action) {
        Thread hook = Thread.ofPlatform().name("selkie-interruption").unstarted(() -> {
            underWay = true;
            action.run();
        });
        Runtime.getRuntime().addShutdownHook(hook);
        return new Interruption(hook);
    }

    /** Whether the JVM is being ended: what fails now fails because of that. */
    static boolean isUnderWay() {
        return underWay;
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook is running already, and the JVM ends when it is done.
            underWay = true;
        }
    }
}
