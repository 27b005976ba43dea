// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.selkie.crashtest.CrashPoints;

/**
 * A test that shows a persistent structure every state that a crash may leave. The method takes a {@link CrashRun}, runs the
 * structure in the memory that it gives, and hands over a checker. It fails when one image breaks the checker.
 *
 * <pre>{@code
 * @CrashTest
 * void whatWasAcknowledgedIsFound(CrashRun run) {
 *     Queue queue = new Queue(run.region("queue", 4096));
 *     run.operation("put 7", () -> queue.put(7));
 *     run.check(image -> assertTrue(new Queue(image.region()).size() >= image.acknowledged().size()));
 * }
 * }</pre>
 *
 * <p>System properties set the same for all crash tests of a JVM, and win: {@code selkie.seed}, and
 * {@code selkie.crashtest.model}, {@code .budget}, {@code .k}, {@code .html} (a file, for all of them), {@code .image} (a
 * directory) and {@code .progress}.
 */
@Documented
@Test
@ExtendWith(CrashTestExtension.class)
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
public @interface CrashTest {

    /**
     * What a crash may leave, by the names of {@link org.selkie.crashtest.model.PersistenceModel#named}, such as {@code adr}
     * or {@code page-cache-4096}. Each model is explored in turn.
     */
    String[] model() default "adr";

    /** When the crash comes. */
    CrashPoints points() default CrashPoints.ORDERING;

    /** How many images are checked at most, for each model. */
    long budget() default 100_000;

    /** The seed of what is drawn when the budget is too small for all; 0 draws the seed too, and prints it. */
    long seed() default 0;

    /**
     * Only images in which at most this many lines (or sectors) lack something that was stored: most bugs need one or two.
     * Negative for all images.
     */
    int k() default -1;

    /** How many threads explore; the checker then runs on several at once. */
    int threads() default 1;

    /** How long the checker may take for one image: a recovery that takes longer hangs, and that is a violation. */
    long imageMillis() default 10_000;
}
