// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
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
 * <li>Eight aligned bytes are atomic, nothing longer is: the kernel and the device read the page while the processor stores, and
 * a copy, or a store across words, is several stores to them. It may be caught at any of its words, with what it has stored
 * from its beginning or from its end. Nobody promises the order of a copy; other parts of one are not looked at. Of a sector
 * with more than {@value #MOST} such moments, those between lines are.
 * </ul>
 *
 * <p>Source: msync(2), MS_SYNC; Linux, Documentation/filesystems/vfs.rst (writepages); devices promise whole logical blocks
 * (NVMe Base Specification 2.0, AWUPF: at least one logical block is written as a whole or not at all). Of what is in memory
 * while it is read: Intel SDM, volume 3, 9.1.1 (aligned words of 8 bytes are atomic) and 9.2.4 (the stores of a string
 * operation may be seen in any order).
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
        /** For each content when it was. */
        private List<Moment> moments = List.of();
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
            long[] base = new long[sectorLines * FlatMemory.LINE_WORDS];
            for (int i = 0; i < sectorLines; i++) {
                lines[i] = number * sectorLines + i;
                persisted.read(lines[i], base, i * FlatMemory.LINE_WORDS);
            }
            List<Moment> all = moments((index, start) -> true);
            // Where there are too many words, at the lines.
            List<Moment> listed = all.size() <= MOST ? all : moments((index, start) -> atoms.get(index).line
                    != atoms.get(index - 1).line);
            int stride = Math.max(1, listed.size() / MOST);
            Contents contents = new Contents(lines, base);
            contents.add(new Moment(0, 0, 0), base);
            int applied = 0;
            for (int i = 0; i < listed.size(); i++) {
                Moment moment = listed.get(i);
                applied = apply(base, lines[0], applied, moment.applied);
                if (i % stride == 0 || i == listed.size() - 1) {
                    long[] now = moment.from == moment.to ? base : base.clone();
                    apply(now, lines[0], moment.from, moment.to);
                    contents.add(moment, now);
                }
            }
            moments = contents.moments();
            return new Unit(lines, contents.words(), contents.latest, all.size() == listed.size() && stride == 1
                    ? BigInteger.valueOf(moments.size()) : BigInteger.valueOf(all.size() + 1L), this);
        }

        private int apply(long[] words, int firstLine, int from, int to) {
            for (int i = from; i < to; i++) {
                Atom atom = atoms.get(i);
                int at = (atom.line - firstLine) * FlatMemory.LINE_WORDS + atom.word;
                words[at] = atom.over(words[at]);
            }
            return Math.max(from, to);
        }

        /** Where a store of several words may be caught, told by the index of a word that is not its first. */
        @FunctionalInterface
        private interface Cut {
            boolean before(int index, int start);
        }

        /**
         * When the sector can be caught: after each store, and within one of several words also when a part of it is there, from
         * its beginning or from its end.
         */
        private List<Moment> moments(Cut cut) {
            List<Moment> found = new ArrayList<>();
            int start = 0;
            while (start < atoms.size()) {
                int end = start + 1;
                while (end < atoms.size() && atoms.get(end).store.number() == atoms.get(start).store.number()) {
                    end++;
                }
                for (int i = end - 1; i > start; i--) {
                    if (cut.before(i, start)) {
                        found.add(new Moment(start, i, end));
                    }
                }
                for (int i = start + 1; i < end; i++) {
                    if (cut.before(i, start)) {
                        found.add(new Moment(i, i, i));
                    }
                }
                found.add(new Moment(end, end, end));
                start = end;
            }
            return found;
        }

        @Override
        public List<Event.Store> pending() {
            return atoms.stream().map(atom -> atom.store).distinct().toList();
        }

        @Override
        public List<Event.Store> lost(int content) {
            Moment moment = moments.get(content);
            return IntStream.range(moment.applied, atoms.size()).filter(i -> i < moment.from || i >= moment.to)
                    .mapToObj(i -> atoms.get(i).store).distinct().toList();
        }
    }

    /** The first so many words of what was stored, and of the store that is next those from one to another. */
    private record Moment(int applied, int from, int to) {
    }

    /** Different contents of a sector. */
    private static final class Contents {

        private final int[] lines;
        private final Map<Long, Integer> known = new HashMap<>();
        private final List<Moment> moments = new ArrayList<>();
        private long[] words;
        private int latest;

        Contents(int[] lines, long[] base) {
            this.lines = lines;
            words = new long[base.length * 4];
        }

        void add(Moment moment, long[] now) {
            long hash = 0;
            for (int i = 0; i < lines.length; i++) {
                hash += LineHash.of(lines[i], now, i * FlatMemory.LINE_WORDS);
            }
            Integer same = known.putIfAbsent(hash, moments.size());
            if (same != null) {
                // The later one has lost less.
                moments.set(same, moment);
                latest = same;
                return;
            }
            latest = moments.size();
            if ((latest + 1) * now.length > words.length) {
                words = Arrays.copyOf(words, words.length * 2);
            }
            System.arraycopy(now, 0, words, latest * now.length, now.length);
            moments.add(moment);
        }

        List<Moment> moments() {
            return List.copyOf(moments);
        }

        long[] words() {
            return Arrays.copyOf(words, moments.size() * lines.length * FlatMemory.LINE_WORDS);
        }
    }
}
