// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.List;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.model.LineHash;
import org.selkie.crashtest.model.Unit;

/** One content for each unit of a case, laid over an image's memory; and the hash of that image. */
final class Choice {

    private final List<Unit> units;
    private final ImageMemory memory;
    private final int[] contents;
    private final long[] beneath;
    private long hash;

    /** Begins with the oldest contents. */
    Choice(CrashCase choices, ImageMemory memory) {
        this.units = choices.units();
        this.memory = memory;
        contents = new int[units.size()];
        beneath = new long[units.stream().mapToInt(Unit::lineCount).sum() * FlatMemory.LINE_WORDS];
        hash = memory.persistedHash();
        int at = 0;
        for (Unit unit : units) {
            for (int i = 0; i < unit.lineCount(); i++) {
                memory.read(unit.line(i), beneath, at);
                hash -= LineHash.of(unit.line(i), beneath, at);
                at += FlatMemory.LINE_WORDS;
            }
            hash += unit.hash(0);
            unit.writeTo(memory, 0);
        }
    }

    int size() {
        return contents.length;
    }

    Unit unit(int index) {
        return units.get(index);
    }

    /** Which content a unit has. */
    int content(int unit) {
        return contents[unit];
    }

    int[] contents() {
        return contents.clone();
    }

    void set(int unit, int content) {
        int before = contents[unit];
        if (before != content) {
            Unit changed = units.get(unit);
            hash += changed.hash(content) - changed.hash(before);
            contents[unit] = content;
            changed.writeTo(memory, content);
        }
    }

    void setAll(int[] others) {
        for (int unit = 0; unit < contents.length; unit++) {
            set(unit, others[unit]);
        }
    }

    /** Of the image: the persisted part and the units. */
    long hash() {
        return hash;
    }

    /** The unit that has a line, -1 for none. Units are in the order of their lines. */
    int unitOf(int line) {
        int low = 0;
        int high = contents.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Unit unit = units.get(middle);
            if (line < unit.line(0)) {
                high = middle - 1;
            } else if (line > unit.line(unit.lineCount() - 1)) {
                low = middle + 1;
            } else {
                return middle;
            }
        }
        return -1;
    }

    /** Leaves the memory as it was. */
    void remove() {
        int at = 0;
        for (Unit unit : units) {
            for (int i = 0; i < unit.lineCount(); i++) {
                memory.write(unit.line(i), beneath, at);
                at += FlatMemory.LINE_WORDS;
            }
        }
    }
}
