// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SequenceLayout;
import java.util.ArrayList;
import java.util.List;

/** The names of a layout's fields, by their offsets, such as {@code slots[3].value}. */
final class Fields {

    private static final int MOST = 4;

    private final long from;
    private final long to;
    private final List<String> names = new ArrayList<>();

    private Fields(long from, long to) {
        this.from = from;
        this.to = to;
    }

    /** The fields that a range touches. */
    static String of(MemoryLayout layout, long offsetBytes, long lengthBytes) {
        Fields fields = new Fields(offsetBytes, offsetBytes + lengthBytes);
        fields.visit(layout, 0, "");
        if (fields.names.isEmpty()) {
            return "bytes " + offsetBytes + " to " + (offsetBytes + lengthBytes - 1) + ", which have no name";
        }
        int more = fields.names.size() - MOST;
        return String.join(", ", fields.names.subList(0, Math.min(MOST, fields.names.size())))
                + (more > 0 ? " and " + more + " more" : "");
    }

    private void visit(MemoryLayout layout, long at, String path) {
        if (at >= to || at + layout.byteSize() <= from) {
            return;
        }
        switch (layout) {
            case GroupLayout group -> {
                long member = at;
                for (MemoryLayout element : group.memberLayouts()) {
                    String name = element.name().orElse("");
                    visit(element, member, path.isEmpty() ? name : name.isEmpty() ? path : path + "." + name);
                    member += group instanceof java.lang.foreign.StructLayout ? element.byteSize() : 0;
                }
            }
            case SequenceLayout sequence -> {
                long size = sequence.elementLayout().byteSize();
                long first = size == 0 ? 0 : Math.max(0, (from - at) / size);
                long end = size == 0 ? 0 : Math.min(sequence.elementCount(), (to - at + size - 1) / size);
                for (long i = first; i < end; i++) {
                    visit(sequence.elementLayout(), at + i * size, path + "[" + i + "]");
                }
            }
            default -> {
                if (!path.isEmpty()) {
                    names.add(path);
                }
            }
        }
    }
}
