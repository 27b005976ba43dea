// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

/** Up to where a reader reads. */
public enum Visibility {
    /** What is written: after a crash, the last of it may be gone. */
    VISIBLE,
    /** What is durable. */
    PERSISTED
}
