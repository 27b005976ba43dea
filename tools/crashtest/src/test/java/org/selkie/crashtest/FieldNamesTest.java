// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;

final class FieldNamesTest {

    private static FieldNames names() {
        FieldNames names = new FieldNames();
        names.layout("queue", 0, MemoryLayout.structLayout(
                MemoryLayout.structLayout(ValueLayout.JAVA_INT.withName("magic"), ValueLayout.JAVA_INT.withName("version"))
                        .withName("header"),
                MemoryLayout.paddingLayout(8),
                MemoryLayout.sequenceLayout(1_000_000, MemoryLayout.structLayout(ValueLayout.JAVA_LONG.withName("key"),
                        ValueLayout.JAVA_LONG.withName("value"))).withName("slots")));
        return names;
    }

    @Test
    void aFieldHasThePathThroughTheLayout() {
        assertEquals("header.version", names().of("queue", 4, 4));
        assertEquals("slots[3].value", names().of("queue", 16 + 3 * 16 + 8, 8));
        assertEquals("slots[999999].key", names().of("queue", 16 + 999_999L * 16, 1));
    }

    @Test
    void aRangeHasAllItsFieldsAndAtMostFew() {
        assertEquals("header.magic, header.version", names().of("queue", 2, 4));
        assertEquals("slots[0].key, slots[0].value, slots[1].key, slots[1].value and " + ((1 << 20) / 8 - 4) + " more",
                names().of("queue", 16, 1 << 20));
    }

    @Test
    void whatNobodyNamedHasNoName() {
        assertEquals("", names().of("queue", 8, 8));
        assertEquals("", names().of("stack", 0, 8));
        assertEquals("", new FieldNames().of("queue", 0, 8));
    }

    @Test
    void aRangeCanBeNamedWithoutALayout() {
        FieldNames names = new FieldNames();
        names.name("queue", 64, 8, "head");
        assertEquals("head", names.of("queue", 60, 8));
        assertEquals("", names.of("queue", 72, 8));
    }
}
