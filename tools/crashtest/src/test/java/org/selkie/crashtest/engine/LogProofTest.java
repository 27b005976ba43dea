// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * The log keeps its promises whenever the power goes: 100,000 different crash images, or as many as
 * {@code -Dselkie.images=N} says. docs/crash-proof.md, "The proof on the engine".
 */
final class LogProofTest {

    private static final long IMAGES = Long.getLong("selkie.images", 100_000);
    private static final long SEED = Long.getLong("selkie.seed", System.nanoTime() & 0xffffffffL);

    @Test
    void aLogKeepsItsPromisesInEveryImageThatACrashMayLeave() {
        LogProof proof = new LogProof(System.out, Runtime.getRuntime().availableProcessors(), SEED);
        proof.run(IMAGES);
        assertTrue(proof.distinct() >= IMAGES, proof::summary);
    }
}
