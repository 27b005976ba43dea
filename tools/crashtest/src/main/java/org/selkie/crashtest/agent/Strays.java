// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    private static final Path MAPS = Path.of("/proc/self/maps");
    private static final int PAGE_SHIFT = 12;
    /** Pages that are looked up: each costs a look at the mappings. */
    private static final int MOST_PAGES = 256;

    private final Set<Long> pages = new HashSet<>();
    private final List<Stray> found = new ArrayList<>();

    private record Stray(long address, String file, Site site) {
    }

    public Strays() {
        // Nothing is noticed before Recording.watch.
    }

    /** Somebody stores at an address that no recorder knows. */
    synchronized void stored(long address) {
        if (pages.size() >= MOST_PAGES || !pages.add(address >>> PAGE_SHIFT)) {
            return;
        }
        String file = sharedFileAt(address);
        if (!file.isEmpty() && found.stream().noneMatch(stray -> stray.file.equals(file))) {
            found.add(new Stray(address, file, Site.here()));
        }
    }

    /** The files, each with the first place that stored into it. Without those that became known later. */
    public synchronized List<String> files(LongPredicate known) {
        return found.stream().filter(stray -> !known.test(stray.address))
                .map(stray -> stray.file + " (stored to at " + stray.site + ")").toList();
    }

    /** From lines such as {@code 7f0c-7f1c rw-s 00000000 08:01 123 /a/file}; empty for memory that is no shared file's. */
    private static String sharedFileAt(long address) {
        try {
            for (String line : Files.readAllLines(MAPS)) {
                String[] words = line.split(" +", 6);
                String[] range = words[0].split("-", 2);
                if (words.length == 6 && words[1].equals("rw-s") && address >= Long.parseUnsignedLong(range[0], 16)
                        && address < Long.parseUnsignedLong(range[1], 16)) {
                    return words[5];
                }
            }
        } catch (IOException e) {
            return "";
        }
        return "";
    }
}
