// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Who holds which lock on a file, from {@code /proc/locks}. Read before a file is opened, because an open would break
 * the lease of its holder. What it says is a moment old: it spares a break, it does not replace the lock.
 */
public final class LockTable {
    private static final Path LOCKS = Path.of("/proc/locks");
    private static final Pattern SPACES = Pattern.compile("\\s+");
    private static final String LEASE = "LEASE";
    private static final int KIND = 1;
    private static final int TYPE = 3;
    private static final int PROCESS = 4;
    private static final int FILE = 5;

    private LockTable() {}

    /**
     * One lock.
     *
     * @param kind LEASE, OFDLCK, POSIX or FLOCK
     * @param exclusive whether it is a write lock
     * @param processId who holds it; -1 where the lock belongs to a handle
     */
    public record Entry(String kind, boolean exclusive, long processId) {
        /**
         * Whether it is a lease.
         *
         * @return true for a lease, which an open would break
         */
        public boolean isLease() {
            return LEASE.equals(kind);
        }
    }

    /**
     * The locks on a file.
     *
     * @param file which inode
     * @return those that are held, not those that wait; empty where /proc does not say
     */
    public static List<Entry> of(FileIdentity file) {
        String name = file.inLockTable();
        List<Entry> entries = new ArrayList<>();
        read(name, fields -> {
            if (fields[FILE].equals(name)) {
                entries.add(new Entry(fields[KIND], "WRITE".equals(fields[TYPE]), Long.parseLong(fields[PROCESS])));
            }
        });
        return List.copyOf(entries);
    }

    /**
     * The leases on all files.
     *
     * @return the process that holds each, by the file's name in the table; empty where /proc does not say
     */
    public static Map<String, Long> leases() {
        Map<String, Long> holders = new HashMap<>();
        read(LEASE, fields -> {
            if (fields[KIND].equals(LEASE)) {
                holders.put(fields[FILE], Long.parseLong(fields[PROCESS]));
            }
        });
        return Map.copyOf(holders);
    }

    /** Takes the lines apart that hold a word. */
    private static void read(String word, Consumer<String[]> use) {
        try (BufferedReader lines = Files.newBufferedReader(LOCKS)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.contains(word)) {
                    continue;
                }
                String[] fields = SPACES.split(line.trim(), -1);
                // A waiter's line has an arrow in the second place, which moves every other field.
                if (fields.length > FILE) {
                    use.accept(fields);
                }
            }
        } catch (IOException | NumberFormatException e) {
            // What was read is what is known.
            return;
        }
    }
}
