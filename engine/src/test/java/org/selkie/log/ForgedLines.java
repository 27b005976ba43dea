// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.selkie.format.ExtentHeader;
import org.selkie.os.HotPath;

/** Fills an extent with records that somebody made who knows its seed, so that reading them costs as much as it can. */
enum ForgedLines {

    /** At every line something begins that reaches to the extent's end and does not verify. */
    LONG_AND_WRONG {
        @Override
        void fill(Target target) {
            for (int at = FIRST; at < target.length; at += LINE) {
                target.header(at, target.length - at, DATA, 0);
            }
        }
    },
    /** The same with every other line a record. */
    LONG_AND_WRONG_BETWEEN_SHORT_AND_RIGHT {
        @Override
        void fill(Target target) {
            for (int at = FIRST; at < target.length; at += LINE) {
                boolean wrong = (at / LINE) % 2 == 0;
                target.header(at, wrong ? target.length - at : LINE, DATA, 0);
                if (!wrong) {
                    target.sign(at);
                }
            }
        }
    },
    /** At every line a record that verifies, reaches to the extent's end, and is a member of a batch that has no beginning. */
    LONG_MEMBERS_THAT_OVERLAP {
        @Override
        void fill(Target target) {
            overlap(target, CONTINUES);
        }
    },
    /** At every line a record that verifies and reaches to the extent's end. */
    LONG_RECORDS_THAT_OVERLAP {
        @Override
        void fill(Target target) {
            overlap(target, 0);
        }
    },
    /** Every other line is a record, the others are blank. */
    AS_MANY_PLACES_AS_POSSIBLE {
        @Override
        void fill(Target target) {
            for (int at = FIRST; at < target.length; at += 2 * LINE) {
                target.header(at, LINE, DATA, 0);
                target.sign(at);
            }
        }
    },
    /** Records of a line, each of which says at its end that it began at a long one that does not verify. */
    RECORDS_THAT_POINT_BACK {
        @Override
        void fill(Target target) {
            int middle = target.length / 2;
            target.header(FIRST, middle - FIRST, DATA, 0);
            for (int at = middle; at < target.length; at += LINE) {
                target.header(at, LINE, DATA, 0);
                target.bytes.putInt(at + LINE - 4, (at + LINE - FIRST) / LINE);
                target.sign(at);
            }
        }
    };

    private static final int FIRST = ExtentHeader.BYTES;
    private static final int LINE = 64;
    private static final int DATA = 1;
    private static final int CONTINUES = 2;
    private static final int POLYNOMIAL = 0x82f63b78;

    abstract void fill(Target target);

    /** Forges all records of an extent's image. */
    void fill(byte[] image, ExtentHeader header) {
        fill(new Target(ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN), image.length, header));
    }

    /** An extent's bytes. */
    private record Target(ByteBuffer bytes, int length, ExtentHeader header) {

        /** All of a record but its checksum. */
        void header(int at, int recordBytes, int type, int flags) {
            bytes.putInt(at + 4, recordBytes - 28);
            bytes.putLong(at + 8, header.basePosition() + at);
            bytes.putLong(at + 16, 0xffffff | (long) type << 24 | (long) flags << 32);
        }

        /** The checksum of a record of one line. */
        void sign(int at) {
            bytes.putInt(at, sum(at + 4, LINE - 4, header.seed()));
        }

        int sum(int from, int count, int seed) {
            return HotPath.crc32c(MemorySegment.ofBuffer(bytes.slice(from, count)), count, seed);
        }
    }

    /** From the last line to the first: what follows a line is summed once, and shifted by what stands before it. */
    private static void overlap(Target target, int flags) {
        int sumBehind = 0;
        int shift = 1 << 31;
        int line = 1 << 31;
        for (int bit = 0; bit < 8 * LINE; bit++) {
            line = multiply(line, 1 << 30);
        }
        for (int at = target.length - LINE; at >= FIRST; at -= LINE) {
            target.header(at, target.length - at, DATA, flags);
            target.bytes.putInt(at, multiply(shift, target.sum(at + 4, LINE - 4, target.header.seed())) ^ sumBehind);
            sumBehind ^= multiply(shift, target.sum(at, LINE, 0));
            shift = multiply(shift, line);
        }
    }

    /** Of polynomials over two elements, the bit of the highest value for the lowest power, as CRC-32C has them. */
    private static int multiply(int a, int b) {
        int product = 0;
        int factor = b;
        for (int mask = 1 << 31; mask != 0; mask >>>= 1) {
            if ((a & mask) != 0) {
                product ^= factor;
            }
            factor = (factor & 1) != 0 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
        }
        return product;
    }
}
