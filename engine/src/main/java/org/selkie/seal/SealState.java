// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.time.Instant;

/** HELD, then perhaps BREAKING, then RELEASED or REVOKED for ever. A break cannot be cancelled. */
public sealed interface SealState {
    /**
     * Whether new writers may begin.
     *
     * @return true while the seal is held and nobody wants it
     */
    default boolean admitsWriters() {
        return this instanceof Held;
    }

    /**
     * Whether the mapping may still be accessed, at least to drain and persist what was begun.
     *
     * @return true before the seal is released or revoked
     */
    default boolean admitsAccess() {
        return this instanceof Held || this instanceof Breaking;
    }

    /** The block map is kept as the tier promises. */
    record Held() implements SealState {
        @Override
        public String toString() {
            return "HELD";
        }
    }

    /**
     * Somebody waits for the file: begin nothing new, drain, persist, close.
     *
     * @param deadline when the seal is revoked
     * @param reason who or what breaks it
     */
    record Breaking(Instant deadline, String reason) implements SealState {
        @Override
        public String toString() {
            return "BREAKING until " + deadline + ": " + reason;
        }
    }

    /** The holder let go by itself. */
    record Released() implements SealState {
        @Override
        public String toString() {
            return "RELEASED";
        }
    }

    /**
     * The seal was lost: the block map may have changed.
     *
     * @param reason what was seen
     */
    record Revoked(String reason) implements SealState {
        @Override
        public String toString() {
            return "REVOKED: " + reason;
        }
    }
}
