// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.selkie.format.ExtentHeader;
import org.selkie.format.RecordLayout;
import org.selkie.os.HotPath;
import org.selkie.testing.PoolImage;

/** Writes into an image what nobody would by mistake: any values, with right checksums. */
final class Forgery {

    static final int VERSION = 8;
    static final int STATE = 12;
    static final int NUMBER = 32;
    static final int NAME_LENGTH = 36;
    static final int GENERATION = 40;
    static final int EXTENT_BYTES = 48;
    static final int SEQUENCE = 56;
    static final int NAME = 72;
    static final int WATERMARK = 1024;
    static final int TRIM = 1088;
    private static final int SLOT_BYTES = 512;

    final PoolImage image;
    final String file;

    Forgery(PoolImage image, String file) {
        this.image = image;
        this.file = file;
    }

    Forgery in(String other) {
        return new Forgery(image, other);
    }

    private byte[] bytes() {
        return image.files().get(file);
    }

    private ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Changes both slots. */
    Forgery slots(Consumer<ByteBuffer> change) {
        for (int slot = 0; slot < 2; slot++) {
            ByteBuffer fields = buffer().slice(slot * SLOT_BYTES, SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            change.accept(fields);
            CRC32C crc = new CRC32C();
            crc.update(bytes(), slot * SLOT_BYTES, SLOT_BYTES - 4);
            fields.putInt(SLOT_BYTES - 4, (int) crc.getValue());
        }
        return this;
    }

    Forgery poolHeader(Consumer<ByteBuffer> change) {
        byte[] header = image.files().get(PoolImage.HEADER_FILE);
        ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        change.accept(fields);
        CRC32C crc = new CRC32C();
        crc.update(header, 0, ExtentHeader.BYTES - 4);
        fields.putInt(ExtentHeader.BYTES - 4, (int) crc.getValue());
        return this;
    }

    Forgery mark(int offset, long position) {
        ByteBuffer seeded = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        seeded.putInt(seed()).putLong(position).flip();
        CRC32C crc = new CRC32C();
        crc.update(seeded);
        buffer().putLong(offset, position).putLong(offset + 8, crc.getValue());
        return this;
    }

    private int seed() {
        return image.header(file).seed();
    }

    long base() {
        return image.header(file).basePosition();
    }

    /** Writes the header of a record, and its checksum over the bytes that are there. */
    Forgery record(int offset, long length, int type, int flags, long lag) {
        header(offset, length, type, flags, lag);
        long sum = RecordLayout.isSpan(type) ? RecordLayout.LINE_BYTES : RecordLayout.recordBytes(length);
        int end = (int) Math.min(bytes().length, offset + sum);
        byte[] summed = java.util.Arrays.copyOfRange(bytes(), offset + 4, end);
        buffer().putInt(offset, HotPath.crc32c(MemorySegment.ofArray(summed), summed.length, seed()));
        return this;
    }

    /** The same without the checksum. */
    Forgery header(int offset, long length, int type, int flags, long lag) {
        ByteBuffer fields = buffer();
        fields.putInt(offset + 4, (int) length);
        fields.putLong(offset + 8, base() + offset);
        fields.putLong(offset + 16, lag | (long) type << 24 | (long) flags << 32);
        return this;
    }
}
