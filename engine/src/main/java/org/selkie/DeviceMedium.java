// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.fault.ExtentFaultException;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.PoolFullException;
import org.selkie.format.ExtentHeader;
import org.selkie.format.FormattedExtent;
import org.selkie.format.PoolHeader;
import org.selkie.format.RecordLayout;
import org.selkie.os.DaxDevice;
import org.selkie.os.HotPath;

/**
 * A device-dax device: the pool's header in its first alignment unit, then slices of the extents' length. It has no block
 * map and no read or write, so everything goes through mappings.
 */
final class DeviceMedium implements ExtentMedium {

    private static final int LOOKED_AT_BYTES = 1 << 20;
    private static final int SLOT_BYTES = 512;
    /** How far a slice without a header is looked at for records. */
    private static final int RECORDS_LOOKED_AT_BYTES = 64 * 1024;
    private static final int MAGIC_BYTES = Long.BYTES;
    private static final int ID_OFFSET = 16;
    private static final int ID_BYTES = 16;

    private final Path path;
    private final DaxDevice device;
    private final ExtentOptions extentOptions;
    private final SliceOpener slices;
    private final Extent head;
    /** Whether this object has begun to write the pool's header: before that, what stands there is somebody else's. */
    private boolean began;

    /** Maps a slice of the device. */
    interface SliceOpener {
        Extent open(Path path, long offsetBytes, ExtentOptions options);
    }

    DeviceMedium(Path path, DaxDevice device, ExtentOptions extentOptions) {
        this(path, device, extentOptions, Extent::openDevice);
    }

    /** A device whose slices are mapped in another way: where none is at hand. */
    DeviceMedium(Path path, DaxDevice device, ExtentOptions extentOptions, SliceOpener slices) {
        this.path = path;
        this.device = device;
        this.extentOptions = extentOptions;
        this.slices = slices;
        // It stays open: it is what keeps a second process away.
        this.head = slices.open(path, 0, extentOptions.withLengthBytes(device.alignmentBytes()));
    }

    @Override
    public Optional<byte[]> readPoolHeader() {
        return Optional.of(readStart(head, PoolHeader.BYTES));
    }

    /** The magic number last, and alone: one word is there or is not, and until it is, there is no pool. */
    @Override
    public void writePoolHeader(byte[] header) {
        requireRoom(PoolHeader.decode(header, path.toString()).orElseThrow().extentBytes());
        requireBlank();
        began = true;
        storeAtStart(MAGIC_BYTES, header);
        storeAtStart(0, Arrays.copyOf(header, MAGIC_BYTES));
    }

    private void storeAtStart(int from, byte[] bytes) {
        long lengthBytes = (long) bytes.length - from;
        head.persister().copy(head.address() + from, MemorySegment.ofArray(bytes).asSlice(from), lengthBytes);
        head.persister().persist(head.address() + from, lengthBytes);
    }

    private void requireRoom(long extentBytes) {
        if (slicesOf(extentBytes) < 1) {
            throw new PoolFullException("device " + path + " of " + device.sizeBytes() + " bytes has no room for the pool's"
                    + " header and one extent of " + extentBytes + "; choose smaller extents (PoolOptions.extentBytes)");
        }
    }

    /** What somebody else keeps there is not ours to overwrite. */
    private void requireBlank() {
        byte[] first = readStart(head, (int) Math.min(LOOKED_AT_BYTES, device.alignmentBytes()));
        PoolHeader.blankUnfinished(first);
        if (Arrays.mismatch(first, new byte[first.length]) >= 0) {
            throw new PoolFormatException("device " + path + " holds no pool, and is not blank: something else may be kept on it;"
                    + " if not, zero its first " + first.length + " bytes and open it again");
        }
    }

    private static byte[] readStart(Extent extent, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        if (HotPath.copyOut(MemorySegment.ofArray(bytes), extent.address(), lengthBytes) < 0) {
            throw ExtentFaultException.onLoad(extent.address(), lengthBytes);
        }
        return bytes;
    }

    private int slicesOf(long extentBytes) {
        if (extentBytes % device.alignmentBytes() != 0) {
            throw new PoolFormatException("extents of " + extentBytes + " bytes do not fit device " + path
                    + ", whose alignment is " + device.alignmentBytes() + "; choose a multiple of it (PoolOptions.extentBytes)");
        }
        return (int) ((device.sizeBytes() - device.alignmentBytes()) / extentBytes);
    }

    private long offsetOf(int number, long extentBytes) {
        return device.alignmentBytes() + (number - 1) * extentBytes;
    }

    @Override
    public void unmake() {
        if (!began) {
            return;
        }
        // The magic number first: what is left without it is no pool. Slices that have this pool's id are nobody's then.
        storeAtStart(0, new byte[MAGIC_BYTES]);
        storeAtStart(0, new byte[PoolHeader.BYTES]);
    }

    @Override
    public List<Integer> numbers() {
        PoolHeader header = PoolHeader.decode(readPoolHeader().orElseThrow(), path.toString()).orElse(null);
        List<Integer> numbers = new ArrayList<>();
        for (int number = 1; header != null && number <= slicesOf(header.extentBytes()); number++) {
            if (!isUnfinished(number, header.extentBytes())) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    @Override
    public Extent open(int number, long extentBytes) {
        return slices.open(path, offsetOf(number, extentBytes),
                extentOptions.withLengthBytes(extentBytes).withPopulate(false));
    }

    @Override
    public Extent create(int number, long extentBytes) {
        if (number > slicesOf(extentBytes)) {
            throw new PoolFullException("device " + path + " of " + device.sizeBytes() + " bytes has no room for extent "
                    + number + " of " + extentBytes + " bytes; trim a log");
        }
        return open(number, extentBytes);
    }

    /**
     * Whether one of the two copies of an extent's header, damaged or not, has the pool's id. It stands at the same place in
     * them as in the pool's header.
     */
    static boolean carries(byte[] slots, byte[] poolHeader) {
        for (int slot = 0; slot <= SLOT_BYTES; slot += SLOT_BYTES) {
            if (Arrays.equals(slots, slot + ID_OFFSET, slot + ID_OFFSET + ID_BYTES,
                    poolHeader, ID_OFFSET, ID_OFFSET + ID_BYTES)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A slice that has no header of this pool's: never used, or used by somebody else before. Where it has nobody's header
     * and records behind it, the header was lost.
     */
    @Override
    public boolean isUnfinished(int number, long extentBytes) {
        PoolHeader header = PoolHeader.decode(readPoolHeader().orElseThrow(), path.toString()).orElse(null);
        if (header == null) {
            return true;
        }
        // All three are powers of two.
        long lookedAt = Math.min(extentBytes, Math.max(device.alignmentBytes(), RECORDS_LOOKED_AT_BYTES));
        try (Extent slice = slices.open(path, offsetOf(number, extentBytes),
                extentOptions.withReadOnly(true).withPopulate(false).withLengthBytes(lookedAt))) {
            byte[] start = readStart(slice, (int) Math.min(lookedAt, RECORDS_LOOKED_AT_BYTES));
            return !carries(start, header.encode()) && (isSomebodys(start) || !holdsRecords(start, extentBytes));
        }
    }

    private boolean isSomebodys(byte[] start) {
        try {
            return ExtentHeader.decode(start, path.toString()) instanceof ExtentHeader.Decoded.Valid;
        } catch (PoolFormatException e) {
            // Of another version, with another pool's id.
            return true;
        }
    }

    private static boolean holdsRecords(byte[] start, long extentBytes) {
        for (int offset = ExtentHeader.BYTES; offset < start.length; offset += RecordLayout.LINE_BYTES) {
            if (RecordLayout.looksLikeRecord(start, offset, extentBytes)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean isFillable(int number, long extentBytes) {
        return false;
    }

    @Override
    public void fill(int number, long extentBytes) {
        // The slices of a device are as long as they are.
    }

    /** A slice cannot be moved away: it becomes a free one. */
    @Override
    public void setAside(int number, long extentBytes) {
        PoolHeader pool = PoolHeader.decode(readPoolHeader().orElseThrow(), path.toString()).orElseThrow();
        try (Extent slice = slices.open(path, offsetOf(number, extentBytes),
                extentOptions.withPopulate(false).withLengthBytes(device.alignmentBytes()))) {
            ExtentHeader free = ExtentHeader.free(pool.poolId(), number, System.currentTimeMillis(), extentBytes);
            new FormattedExtent(slice, slice.persister(), free).reformat(free);
        }
    }

    @Override
    public boolean remove(int number) {
        return false;
    }

    @Override
    public String nameOf(int number) {
        return path + " slice " + number;
    }

    @Override
    public void close() {
        head.close();
    }
}
