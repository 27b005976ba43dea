// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.util.SplittableRandom;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Randomness that can be had again. Draws a seed, or takes it from {@code -Dselkie.seed}; says it once a class, and how to
 * repeat the run when a test fails.
 */
public final class Seed implements BeforeAllCallback, TestWatcher {

    private static final String PROPERTY = "selkie.seed";

    private final long value = Long.getLong(PROPERTY, System.nanoTime() & 0xffffffffL);

    /** The seed itself, for a child process. */
    public long value() {
        return value;
    }

    /** A generator of its own for each purpose, so that one test does not move the numbers of another. */
    public SplittableRandom random(String purpose) {
        return random(purpose, 0);
    }

    /** One for each round of a purpose. */
    public SplittableRandom random(String purpose, long round) {
        // Mixed twice: seeds that lie near each other would give sequences that overlap.
        long mixed = new SplittableRandom(value * 31 + purpose.hashCode()).nextLong();
        return new SplittableRandom(new SplittableRandom(mixed ^ round).nextLong());
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        System.out.println(context.getRequiredTestClass().getSimpleName() + ": -D" + PROPERTY + "=" + value);
    }

    @Override
    public void testFailed(ExtensionContext context, Throwable cause) {
        System.out.println(context.getRequiredTestClass().getSimpleName() + "." + context.getRequiredTestMethod().getName()
                + " failed; repeat it with -D" + PROPERTY + "=" + value);
    }
}
