// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.selkie.os.ForeignMemory;
import org.selkie.persist.Persister;

/**
 * Every store and write-back of a pool, with its bytes and with when it began and ended on a clock that ticks at each of
 * them. From that follows what a medium may hold after a loss of power at any tick: what was durable, and of what was under
 * way any lines or words. The pool's extents are what they were when the recorder was made, plus what it recorded.
 */
public final class PowerRecorder {

    private static final long NEVER = Long.MAX_VALUE;
    private static final int LINE_BYTES = 64;
    private static final long PAGE_BYTES = 4096;
    /** A line of /proc/self/maps: from, to, offset in the file, file. */
    private static final Pattern MAPPING = Pattern.compile("(\\w+)-(\\w+) \\S+ (\\w+) \\S+ \\S+ +(/.*?)( \\(deleted\\))?");

    private final Path pool;
    private final TreeMap<Path, byte[]> base = new TreeMap<>();
    private final List<Store> stores = new ArrayList<>();
    private final AtomicLong clock = new AtomicLong();
    /** Runs inside every store, before it is stored. */
    private final Runnable delay;

    /** What one store left in a file. */
    private static final class Store {
        final Path file;
        final long offset;
        final long begin;
        byte @Nullable [] bytes;
        long end = NEVER;
        long durable = NEVER;

        Store(Path file, long offset, long begin) {
            this.file = file;
            this.offset = offset;
            this.begin = begin;
        }
    }

    public PowerRecorder(Path pool, Runnable delay) {
        this.pool = pool;
        this.delay = delay;
        if (Files.exists(pool)) {
            Damage.extents(pool).forEach(file -> base.put(file.getFileName(), read(file)));
        }
    }

    /** The next tick. */
    public long tick() {
        return clock.incrementAndGet();
    }

    /** For {@code PoolOptions.withPersister}: records what goes through the persister that another wrapper gives. */
    public UnaryOperator<Persister> over(UnaryOperator<Persister> inner) {
        return persister -> new Recording(inner.apply(persister));
    }

    private final class Recording extends WrappedPersister {

        private final boolean durableOnReturn;
        private @Nullable Path file;
        private long start;

        Recording(Persister wrapped) {
            super(wrapped);
            durableOnReturn = wrapped.durableOnReturn();
        }

        /** A persister belongs to one mapping; which one, its first address tells. */
        private synchronized Path fileOf(long address) {
            Path known = file;
            if (known != null) {
                return known;
            }
            try {
                for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
                    Matcher mapping = MAPPING.matcher(line);
                    if (mapping.matches() && address >= hex(mapping, 1) && address < hex(mapping, 2)) {
                        start = hex(mapping, 1) - hex(mapping, 3);
                        known = Path.of(mapping.group(4)).getFileName();
                        file = known;
                        return known;
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            throw new IllegalStateException("nothing is mapped at 0x" + Long.toHexString(address));
        }

        private static long hex(Matcher mapping, int group) {
            return Long.parseUnsignedLong(mapping.group(group), 16);
        }

        @Override
        protected void store(long to, long lengthBytes, Runnable stored) {
            Path name = fileOf(to);
            Store store = new Store(name, to - start, tick());
            synchronized (stores) {
                stores.add(store);
            }
            delay.run();
            stored.run();
            byte[] bytes = ForeignMemory.at(to, lengthBytes).toArray(ValueLayout.JAVA_BYTE);
            synchronized (stores) {
                store.bytes = bytes;
                store.end = tick();
                store.durable = durableOnReturn ? store.end : NEVER;
            }
        }

        @Override
        protected void writeBack(long address, long lengthBytes, Runnable written) {
            Path name = fileOf(address);
            long from = (address - start) / PAGE_BYTES * PAGE_BYTES;
            long to = (address - start + lengthBytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
            long begin = tick();
            delay.run();
            written.run();
            synchronized (stores) {
                long end = tick();
                for (Store store : stores) {
                    byte[] bytes = store.bytes;
                    if (bytes != null && store.end < begin && store.file.equals(name) && store.offset >= from
                            && store.offset + bytes.length <= to) {
                        store.durable = Math.min(store.durable, end);
                    }
                }
            }
        }
    }

    /** Writes what may be left after a loss of power at a tick, when every thread has ended, as a pool of its own. */
    public void writeImage(long tick, SplittableRandom random, Path to) {
        TreeMap<Path, byte[]> files = new TreeMap<>();
        base.forEach((name, bytes) -> files.put(name, bytes.clone()));
        List<Store> inOrder;
        synchronized (stores) {
            inOrder = stores.stream().filter(store -> store.begin < tick).sorted(Comparator.comparingLong(s -> s.begin)).toList();
        }
        for (Store store : inOrder) {
            byte[] file = files.computeIfAbsent(store.file, name -> new byte[(int) Pools.EXTENT_BYTES]);
            byte[] bytes = store.bytes;
            if (bytes == null) {
                throw new IllegalStateException("a store did not end");
            }
            if (store.durable <= tick) {
                System.arraycopy(bytes, 0, file, (int) store.offset, bytes.length);
            } else {
                applySome(bytes, file, (int) store.offset, random);
            }
        }
        write(files, random, to);
    }

    /** Any lines of it, or any words: what left the caches by itself before the end. */
    private static void applySome(byte[] bytes, byte[] file, int offset, SplittableRandom random) {
        int unit = random.nextInt(3) == 0 ? Long.BYTES : LINE_BYTES;
        int share = random.nextInt(4);
        for (int at = 0; at < bytes.length; at += unit) {
            boolean applied = switch (share) {
                case 0 -> false;
                case 1 -> random.nextBoolean();
                case 2 -> random.nextInt(8) != 0;
                default -> true;
            };
            if (applied) {
                System.arraycopy(bytes, at, file, offset + at, Math.min(unit, bytes.length - at));
            }
        }
    }

    private void write(TreeMap<Path, byte[]> files, SplittableRandom random, Path to) {
        try {
            Files.createDirectories(to);
            Files.copy(pool.resolve("pool.selkie"), to.resolve("pool.selkie"));
            for (var file : files.entrySet()) {
                Files.write(to.resolve(file.getKey()), file.getValue());
            }
            if (random.nextInt(4) == 0) {
                // One more was in the making.
                Files.write(to.resolve("extent-00000999.selkie"), new byte[random.nextInt((int) Pools.EXTENT_BYTES + 1)]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
