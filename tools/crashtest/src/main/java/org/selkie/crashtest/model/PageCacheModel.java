// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Trace;

/**
 * A mapped file in the page cache: the kernel may write any dirty page back at any time, and the device writes whole sectors.
 *
 * <ul>
 * <li>Each sector of a dirty page is what it was at some moment since the last msync: a prefix of the stores to it. Sectors
 * are independent of each other.
 * <li>A flush is an msync of the pages that hold its range: when it returns, what was stored before it is durable. It needs
 * no fence, and a fence does nothing.
 * <li>A copy may be caught half-way, at any of its lines, in the order of their addresses.
 * </ul>
 *
 * <p>Source: msync(2), MS_SYNC; Linux, Documentation/filesystems/vfs.rst (writepages); devices promise whole logical blocks
 * (NVMe Base Specification 2.0, AWUPF: at least one logical block is written as a whole or not at all).
 */
final class PageCacheModel implements PersistenceModel {

    private static final int PAGE_BYTES = 4096;
    /** Contents of one sector that are listed; of more, this many are taken in even steps. */
    private static final int MOST = 256;

    private final int sectorLines;

    PageCacheModel(int sectorBytes) {
        sectorLines = sectorBytes / FlatMemory.LINE_BYTES;
    }

    @Override
    public String name() {
        return "page-cache-" + sectorLines * FlatMemory.LINE_BYTES;
    }

    @Override
    public boolean needsFlush() {
        return true;
    }

    @Override
    public boolean needsFence() {
        return false;
    }

    @Override
    public long writeBackBytes() {
        return PAGE_BYTES;
    }

    @Override
    public CrashStates start(Trace trace, FlatMemory persisted) {
        return new Sectors(persisted, sectorLines);
    }

    private static final class Sectors implements CrashStates {

        private final FlatMemory persisted;
        private final int sectorLines;
        private final TreeMap<Integer, Sector> dirty = new TreeMap<>();

        Sectors(FlatMemory persisted, int sectorLines) {
            this.persisted = persisted;
            this.sectorLines = sectorLines;
        }

        @Override
        public void apply(Event event) {
            if (event instanceof Event.Store store) {
                for (Atom atom : Atom.of(store)) {
                    dirty.computeIfAbsent(atom.line / sectorLines, Sector::new).add(atom);
                }
            } else if (event instanceof Event.Flush flush && flush.lengthBytes() > 0) {
                Iterator<Sector> synced = range(flush).values().iterator();
                while (synced.hasNext()) {
                    synced.next().persist(persisted, sectorLines);
                    synced.remove();
                }
            } else if (event instanceof Event.Detach detach) {
                int from = (int) (detach.region().startBytes() / FlatMemory.LINE_BYTES / sectorLines);
                int to = (int) (detach.region().endBytes() / FlatMemory.LINE_BYTES / sectorLines);
                dirty.subMap(from, to).clear();
            }
        }

        private NavigableMap<Integer, Sector> range(Event.Flush flush) {
            long first = flush.region().startBytes() + flush.offsetBytes();
            long last = first + flush.lengthBytes() - 1;
            int pageLines = PAGE_BYTES / FlatMemory.LINE_BYTES;
            int from = (int) (first / PAGE_BYTES) * pageLines;
            int to = (int) (last / PAGE_BYTES) * pageLines + pageLines - 1;
            return dirty.subMap(from / sectorLines, true, to / sectorLines, true);
        }

        @Override
        public boolean isOrderingPoint(@Nullable Event next) {
            return switch (next) {
                case null -> true;
                case Event.Store _, Event.Fence _ -> false;
                case Event.Flush flush -> flush.lengthBytes() > 0 && !range(flush).isEmpty();
                case Event.Begin _, Event.Acknowledge _, Event.Attach _, Event.Detach _ -> true;
            };
        }

        @Override
        public List<CrashCase> cases() {
            List<Unit> units = new ArrayList<>();
            for (Sector sector : dirty.values()) {
                Unit unit = sector.unit(persisted, sectorLines);
                if (unit.contents() > 1) {
                    units.add(unit);
                }
            }
            return List.of(new CrashCase(units));
        }
    }

    /** A sector with stores since its last msync. */
    private static final class Sector implements Unit.Losses {

        private final int number;
        private final List<Atom> atoms = new ArrayList<>();
        /** For each content how many atoms it has. */
        private List<Integer> counts = List.of();
        private @Nullable Unit unit;

        Sector(int number) {
            this.number = number;
        }

        void add(Atom atom) {
            atoms.add(atom);
            unit = null;
        }

        void persist(FlatMemory persisted, int sectorLines) {
            Unit all = unit(persisted, sectorLines);
            all.writeTo(persisted, all.latest());
        }

        Unit unit(FlatMemory persisted, int sectorLines) {
            Unit known = unit;
            if (known == null) {
                Sector snapshot = new Sector(number);
                snapshot.atoms.addAll(atoms);
                known = snapshot.list(persisted, sectorLines);
                unit = known;
            }
            return known;
        }

        private Unit list(FlatMemory persisted, int sectorLines) {
            int[] lines = new int[sectorLines];
            long[] now = new long[sectorLines * FlatMemory.LINE_WORDS];
            for (int i = 0; i < sectorLines; i++) {
                lines[i] = number * sectorLines + i;
                persisted.read(lines[i], now, i * FlatMemory.LINE_WORDS);
            }
            List<Integer> steps = steps();
            int stride = Math.max(1, steps.size() / MOST);
            long[] contents = new long[now.length * (steps.size() / stride + 3)];
            System.arraycopy(now, 0, contents, 0, now.length);
            List<Integer> taken = new ArrayList<>(List.of(0));
            int applied = 0;
            for (int step = 0; step < steps.size(); step++) {
                boolean changed = false;
                for (; applied < steps.get(step); applied++) {
                    Atom atom = atoms.get(applied);
                    int at = (atom.line - lines[0]) * FlatMemory.LINE_WORDS + atom.word;
                    changed |= now[at] != atom.over(now[at]);
                    now[at] = atom.over(now[at]);
                }
                if (changed && (step % stride == 0 || step == steps.size() - 1)) {
                    System.arraycopy(now, 0, contents, taken.size() * now.length, now.length);
                    taken.add(applied);
                }
            }
            // Whatever the last steps changed must be the latest content.
            if (!Arrays.equals(now, 0, now.length, contents, (taken.size() - 1) * now.length, taken.size() * now.length)) {
                System.arraycopy(now, 0, contents, taken.size() * now.length, now.length);
                taken.add(applied);
            }
            counts = List.copyOf(taken);
            return new Unit(lines, Arrays.copyOf(contents, now.length * taken.size()), taken.size() - 1,
                    BigInteger.valueOf(stride == 1 ? taken.size() : steps.size() + 1), this);
        }

        /** After how many atoms the sector can be caught: after each store, and within a long one after each line. */
        private List<Integer> steps() {
            List<Integer> steps = new ArrayList<>();
            for (int i = 1; i < atoms.size(); i++) {
                Atom before = atoms.get(i - 1);
                if (atoms.get(i).store.number() != before.store.number() || atoms.get(i).line != before.line) {
                    steps.add(i);
                }
            }
            steps.add(atoms.size());
            return steps;
        }

        @Override
        public List<Event.Store> pending() {
            return atoms.stream().map(atom -> atom.store).distinct().toList();
        }

        @Override
        public List<Event.Store> lost(int content) {
            return atoms.subList(counts.get(content), atoms.size()).stream().map(atom -> atom.store).distinct().toList();
        }
    }
}
