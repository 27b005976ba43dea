// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.SequenceLayout;
import java.util.ArrayList;
import java.util.List;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

/** What the bytes of regions are called, where somebody has said so. */
public final class FieldNames {

    private static final int MOST_NAMES = 4;

    private final List<Named> named = new ArrayList<>();

    private record Named(String region, long offsetBytes, long lengthBytes, String name, MemoryLayout layout) {
    }

    public FieldNames() {
        // Nothing is named yet.
    }

    /** Names a range of a region. */
    public void name(String region, long offsetBytes, long lengthBytes, String name) {
        if (offsetBytes < 0 || lengthBytes <= 0) {
            throw new TraceException("field(" + region + ", " + offsetBytes + ", " + lengthBytes + ", " + name + ") = no range; "
                    + "give an offset of 0 or more and a length of at least one byte");
        }
        named.add(new Named(region, offsetBytes, lengthBytes, name, MemoryLayout.paddingLayout(lengthBytes)));
    }

    /** Lays a layout over a region, from an offset on: its members' names are the fields'. */
    public void layout(String region, long offsetBytes, MemoryLayout layout) {
        named.add(new Named(region, offsetBytes, layout.byteSize(), layout.name().orElse(""), layout));
    }

    /** Refuses names for regions that are none of a trace's. */
    public void requireRegions(Trace trace) {
        for (Named one : named) {
            if (trace.regions().stream().noneMatch(region -> region.name().equals(one.region))) {
                throw new TraceException("layout or field of region " + one.region + " = no such region; there are "
                        + trace.regions());
            }
        }
    }

    /** The fields of a range, such as {@code header.count}; empty when nobody has named any. */
    public String of(String region, long offsetBytes, long lengthBytes) {
        Found found = new Found();
        for (Named one : named) {
            if (one.region.equals(region) && offsetBytes < one.offsetBytes + one.lengthBytes
                    && offsetBytes + lengthBytes > one.offsetBytes) {
                long from = Math.max(offsetBytes, one.offsetBytes) - one.offsetBytes;
                long to = Math.min(offsetBytes + lengthBytes, one.offsetBytes + one.lengthBytes) - one.offsetBytes;
                collect(one.layout, one.name, from, to, found);
            }
        }
        return String.join(", ", found.names) + (found.further > 0 ? " and " + found.further + " more" : "");
    }

    /** The first names, and how many there are besides. */
    private static final class Found {
        private final List<String> names = new ArrayList<>();
        private long further;

        void add(String name) {
            if (names.size() < MOST_NAMES) {
                names.add(name);
            } else {
                further++;
            }
        }
    }

    /** Collects what overlaps the bytes from..to of a layout. */
    private static void collect(MemoryLayout layout, String path, long from, long to, Found found) {
        switch (layout) {
            case GroupLayout group -> {
                boolean union = group instanceof java.lang.foreign.UnionLayout;
                long at = 0;
                for (MemoryLayout member : group.memberLayouts()) {
                    if (from < at + member.byteSize() && to > at
                            && (!(member instanceof PaddingLayout) || member.name().isPresent())) {
                        String name = member.name().orElse("(unnamed)");
                        collect(member, path.isEmpty() ? name : path + "." + name, Math.max(from - at, 0),
                                Math.min(to - at, member.byteSize()), found);
                    }
                    at += union ? 0 : member.byteSize();
                }
            }
            case SequenceLayout sequence when sequence.elementLayout().byteSize() > 0 -> {
                long size = sequence.elementLayout().byteSize();
                for (long index = from / size; index <= (to - 1) / size; index++) {
                    collect(sequence.elementLayout(), path + "[" + index + "]", Math.max(from - index * size, 0),
                            Math.min(to - index * size, size), found);
                }
            }
            default -> found.add(path);
        }
    }
}
