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
import org.selkie.format.PoolHeader;
import org.selkie.os.DaxDevice;
import org.selkie.os.HotPath;

/**
 * A device-dax device: the pool's header in its first alignment unit, then slices of the extents' length. It has no block
 * map and no read or write, so everything goes through mappings.
 */
final class DeviceMedium implements ExtentMedium {

    private static final int LOOKED_AT_BYTES = 1 << 20;
    private static final int SLOT_BYTES = 512;
    private static final int ID_OFFSET = 16;
    private static final int ID_BYTES = 16;

    private final Path path;
    private final DaxDevice device;
    private final ExtentOptions extentOptions;
    private final Extent head;

    DeviceMedium(Path path, DaxDevice device, ExtentOptions extentOptions) {
        this.path = path;
        this.device = device;
        this.extentOptions = extentOptions;
        // It stays open: it is what keeps a second process away.
        this.head = Extent.openDevice(path, 0, extentOptions.withLengthBytes(device.alignmentBytes()));
    }

    @Override
    public Optional<byte[]> readPoolHeader() {
        return Optional.of(readStart(head, PoolHeader.BYTES));
    }

    /** The first line last: until it is there, there is no magic number, and so no pool. */
    @Override
    public void writePoolHeader(byte[] header) {
        requireBlank();
        MemorySegment bytes = MemorySegment.ofArray(header);
        int line = 64;
        head.persister().copy(head.address() + line, bytes.asSlice(line), (long) header.length - line);
        head.persister().persist(head.address(), header.length);
        head.persister().copy(head.address(), bytes, line);
        head.persister().persist(head.address(), line);
    }

    /** What somebody else keeps there is not ours to overwrite. */
    private void requireBlank() {
        byte[] first = readStart(head, (int) Math.min(LOOKED_AT_BYTES, device.alignmentBytes()));
        // The end of a header whose first line a crash kept from being written.
        Arrays.fill(first, PoolHeader.BYTES - Integer.BYTES, PoolHeader.BYTES, (byte) 0);
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

    private int slices(long extentBytes) {
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
        // A header without extents is a pool without records: nothing of anybody's was overwritten but by the header.
    }

    @Override
    public List<Integer> numbers() {
        PoolHeader header = PoolHeader.decode(readPoolHeader().orElseThrow(), path.toString()).orElse(null);
        List<Integer> numbers = new ArrayList<>();
        for (int number = 1; header != null && number <= slices(header.extentBytes()); number++) {
            if (!isUnfinished(number, header.extentBytes())) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    @Override
    public Extent open(int number, long extentBytes) {
        return Extent.openDevice(path, offsetOf(number, extentBytes),
                extentOptions.withLengthBytes(extentBytes).withPopulate(false));
    }

    @Override
    public Extent create(int number, long extentBytes) {
        if (number > slices(extentBytes)) {
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

    /** A slice whose first bytes are not a header of this pool's: never used, or used by somebody else before. */
    @Override
    public boolean isUnfinished(int number, long extentBytes) {
        try (Extent slice = Extent.openDevice(path, offsetOf(number, extentBytes),
                extentOptions.withReadOnly(true).withLengthBytes(device.alignmentBytes()))) {
            PoolHeader header = PoolHeader.decode(readPoolHeader().orElseThrow(), path.toString()).orElse(null);
            return header == null || !carries(readStart(slice, ExtentHeader.BYTES), header.encode());
        }
    }

    @Override
    public boolean isFillable(int number, long extentBytes) {
        return false;
    }

    @Override
    public void fill(int number, long extentBytes) {
        // The slices of a device are as long as they are.
    }

    /** Blank slots: the slice is as one that was never used. */
    @Override
    public void setAside(int number, long extentBytes) {
        try (Extent slice = Extent.openDevice(path, offsetOf(number, extentBytes),
                extentOptions.withLengthBytes(device.alignmentBytes()))) {
            MemorySegment blank = MemorySegment.ofArray(new byte[ExtentHeader.BYTES]);
            slice.persister().copy(slice.address(), blank, blank.byteSize());
            slice.persister().persist(slice.address(), blank.byteSize());
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
