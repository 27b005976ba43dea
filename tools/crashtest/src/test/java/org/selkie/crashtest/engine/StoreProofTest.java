// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * A key-value store keeps its promises whenever the power goes: 5,000 different crash images, or as many as
 * {@code -Dselkie.images=N} says. docs/crash-proof.md, "The proof on the store".
 */
final class StoreProofTest {

    private static final long IMAGES = Long.getLong("selkie.images", 5_000);
    private static final long SEED = Long.getLong("selkie.seed", System.nanoTime() & 0xffffffffL);

    @Test
    void aStoreKeepsItsPromisesInEveryImageThatACrashMayLeave() {
        StoreProof proof = new StoreProof(System.out, Runtime.getRuntime().availableProcessors(), SEED);
        proof.run(IMAGES);
        assertTrue(proof.distinct() >= IMAGES, proof::summary);
        assertTrue(proof.byIndex() > 0 && proof.unscanned() > 0, proof::summary);
    }
}
