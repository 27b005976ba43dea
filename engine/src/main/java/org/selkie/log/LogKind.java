// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

/** Whose records a log holds. Its first one decides; a log without records may become either. */
public enum LogKind {
    /** It has no record that can be read. */
    EMPTY,
    /** A user's: {@link Log#append} wrote them. */
    USER,
    /** A store's ({@code org.selkie.kv}). A user may read them, and not write. */
    STORE
}
