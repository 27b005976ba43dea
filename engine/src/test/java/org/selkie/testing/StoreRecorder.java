// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotPath;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;

/** Notes what every store to a pool's files was and what it replaced, and tells somebody before the caller learns of it. */
public final class StoreRecorder implements UnaryOperator<Persister> {

    private static final int LINE = RecordLayout.LINE_BYTES;
    private static final Path MAPPINGS = Path.of("/proc/self/maps");

    /**
     * Whole lines, before and after.
     *
     * @param position of the record or batch, -1 for anything else
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Store(String file, int offset, byte[] before, byte[] after, long position) {

        /** Takes the store back in an image, a line or a word of it. */
        public void undo(PoolImage image, int at, int lengthBytes) {
            System.arraycopy(before, at, image.files().get(file), offset + at, lengthBytes);
        }

        public int lengthBytes() {
            return before.length;
        }
    }

    /** Who is told. The store has been made, its caller has not returned. */
    @FunctionalInterface
    public interface Listener {
        /** Called under {@link #lock}. Returns what is to be done before the caller returns, not under it. */
        Runnable stored(Store store);
    }

    private final Listener listener;

    public StoreRecorder(Listener listener) {
        this.listener = listener;
    }

    @Override
    public Persister apply(Persister persister) {
        return new Recording(persister);
    }

    /** The state of the files is looked at under this lock: no store is half made then. */
    public Object lock() {
        return this;
    }

    private final class Recording implements Persister {

        private final Persister persister;

        Recording(Persister persister) {
            this.persister = persister;
        }

        private long record(long to, long lengthBytes, long position, java.util.function.LongSupplier stores) {
            long from = to & -LINE;
            byte[] before = new byte[(int) ((to + lengthBytes - from + LINE - 1) & -LINE)];
            byte[] after = new byte[before.length];
            long result;
            Runnable then;
            synchronized (lock()) {
                copyOut(before, from);
                result = stores.getAsLong();
                copyOut(after, from);
                then = listener.stored(locate(from, before, after, position));
            }
            then.run();
            return result;
        }

        @Override
        public Granularity granularity() {
            return persister.granularity();
        }

        @Override
        public void flush(long address, long lengthBytes) {
            persister.flush(address, lengthBytes);
        }

        @Override
        public void fence() {
            persister.fence();
        }

        @Override
        public long append(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
            return record(to, RecordLayout.recordBytes(lengthBytes), position,
                    () -> persister.append(to, payload, lengthBytes, position, stamp));
        }

        @Override
        public long append(long to, byte[] payload, int offset, long lengthBytes, long position, long stamp) {
            return record(to, RecordLayout.recordBytes(lengthBytes), position,
                    () -> persister.append(to, payload, offset, lengthBytes, position, stamp));
        }

        @Override
        public long appendLong(long to, MemorySegment payload, long lengthBytes, long position, long stamp) {
            return record(to, RecordLayout.recordBytes(lengthBytes), position,
                    () -> persister.appendLong(to, payload, lengthBytes, position, stamp));
        }

        @Override
        public long batch(long to, MemorySegment staged, long lengthBytes, long position, long stamp) {
            return record(to, lengthBytes, position, () -> persister.batch(to, staged, lengthBytes, position, stamp));
        }

        @Override
        public void copy(long to, MemorySegment from, long lengthBytes) {
            record(to, lengthBytes, -1, () -> {
                persister.copy(to, from, lengthBytes);
                return 0;
            });
        }
    }

    private static void copyOut(byte[] to, long from) {
        if (HotPath.copyOut(MemorySegment.ofArray(to), from, to.length) < 0) {
            throw new AssertionError("the store's lines cannot be read");
        }
    }

    /** The kernel knows which file an address belongs to; addresses are used again when extents go. */
    private static Store locate(long address, byte[] before, byte[] after, long position) {
        try {
            for (String line : Files.readAllLines(MAPPINGS)) {
                String[] parts = line.split("\\s+", 6);
                int dash = parts[0].indexOf('-');
                long start = Long.parseUnsignedLong(parts[0].substring(0, dash), 16);
                long end = Long.parseUnsignedLong(parts[0].substring(dash + 1), 16);
                if (address >= start && address < end) {
                    long offset = Long.parseLong(parts[2], 16) + address - start;
                    return new Store(String.valueOf(Path.of(parts[5]).getFileName()), (int) offset, before, after, position);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("no mapping holds the address of a store");
    }
}
