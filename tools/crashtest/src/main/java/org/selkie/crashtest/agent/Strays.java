// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.agent;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import org.selkie.crashtest.trace.Site;

/**
 * Stores of rewritten code into mapped files that no recorder knows: whenever the file was mapped, and though it may be closed
 * by the time that somebody asks.
 */
public final class Strays {

    private static final int PAGE_SHIFT = 12;
    /** Pages that are looked up: each costs a look at the mappings. */
    private static final int MOST_PAGES = 256;

    private final Set<Long> pages = new HashSet<>();
    private final List<Stray> found = new ArrayList<>();

    /** The first store into a file. */
    public record Stray(long address, String file, Site site) {
    }

    public Strays() {
        // Nothing is noticed before Recording.watch.
    }

    /** Somebody stores at an address that no recorder knows. */
    synchronized void stored(long address) {
        if (pages.size() >= MOST_PAGES || !pages.add(address >>> PAGE_SHIFT)) {
            return;
        }
        for (SharedMapping mapping : SharedMapping.all()) {
            if (mapping.holds(address) && found.stream().noneMatch(stray -> stray.file.equals(mapping.file()))) {
                found.add(new Stray(address, mapping.file(), Site.here()));
            }
        }
    }

    /** Those of each file, without files that became known later. */
    public synchronized List<Stray> found(LongPredicate known) {
        return found.stream().filter(stray -> !known.test(stray.address)).toList();
    }
}
