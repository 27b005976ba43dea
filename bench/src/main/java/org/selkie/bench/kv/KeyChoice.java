// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

/** How an operation's key is chosen among those that there are. */
public enum KeyChoice {
    /** Each as often as any other. */
    UNIFORM("evenly"),
    /** Some much more often than others, and those anywhere: YCSB's scrambled zipfian. */
    ZIPFIAN("zipfian"),
    /** The newest most often: YCSB's latest. */
    LATEST("latest");

    private final String words;

    KeyChoice(String words) {
        this.words = words;
    }

    /** For a reader. */
    public String words() {
        return words;
    }
}
