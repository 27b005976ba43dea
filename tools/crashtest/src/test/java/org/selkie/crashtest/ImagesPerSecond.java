// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.crashtest.trace.Trace;

/**
 * A program, not a test: how many images of a structure of 4 KiB one core looks at in a second. The goal is 50,000.
 *
 * <pre>
 * java -cp ... org.selkie.crashtest.ImagesPerSecond [images, 1048576 unless given] [threads, 1 unless given]
 * </pre>
 *
 * <p>Every kind runs three times; the first is for the compiler. Nothing else should run on the machine.
 */
final class ImagesPerSecond {

    private static final int REGION = 4096;
    private static final int RECORD = 64;

    /** Twenty lines are stored and flushed, and the crash comes before the fence: a million images. */
    private static final int PENDING = 20;

    private ImagesPerSecond() {
    }

    public static void main(String[] args) {
        long images = args.length > 0 ? Long.parseLong(args[0]) : 1 << 20;
        int threads = args.length > 1 ? Integer.parseInt(args[1]) : 1;
        System.out.printf(Locale.ROOT, "%d images of %d bytes, %d threads, %s %s, load average %.2f on %d processors%n", images,
                REGION, threads, System.getProperty("java.vm.name"), System.getProperty("java.version"),
                java.lang.management.ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.getRuntime().availableProcessors());
        measure("a table: recovery verifies the checksums of all 64 lines", images, threads, records(),
                image -> check(validLines(image.region()) >= 64 - PENDING));
        measure("a table: recovery reads all 512 words", images, threads, records(), image -> check(sum(image.region()) != 1));
        measure("a table: recovery reads all 512 words of a segment", images, threads, records(),
                image -> check(sum(image.memory()) != 1));
    }

    private static void check(boolean holds) {
        if (!holds) {
            throw new AssertionError();
        }
    }

    private static void measure(String name, long images, int threads, Trace trace, Checker checker) {
        for (int round = 1; round <= 3; round++) {
            Report report = Exploration.of(trace).budget(images).threads(threads).explore(checker);
            report.orThrow();
            double perSecond = report.explored() * 1e9 / Math.max(1, report.elapsed().toNanos()) / threads;
            System.out.printf(Locale.ROOT, "%-56s round %d: %,12.0f images a second and core (%,d explored, %,d distinct)%n",
                    name, round, perSecond, report.explored(), report.distinct());
        }
    }

    /** 64 records of a line each; of some the first word, which has the checksum, is pending in the end. */
    private static Trace records() {
        MemorySegment memory = Arena.ofAuto().allocate(REGION, REGION);
        for (int line = 0; line < REGION / RECORD; line++) {
            byte[] record = record(line);
            ByteBuffer.wrap(record).putLong(0, isPending(line) ? 0 : ByteBuffer.wrap(record).getLong());
            MemorySegment.copy(record, 0, memory, ValueLayout.JAVA_BYTE, (long) line * RECORD, RECORD);
        }
        Recorder recorder = Recorder.withoutSites();
        RecordedRegion region = recorder.attach("records", memory);
        for (int line = 0; line < REGION / RECORD; line++) {
            if (isPending(line)) {
                region.putLong((long) line * RECORD, ByteBuffer.wrap(record(line)).order(ByteOrder.LITTLE_ENDIAN).getLong());
            }
        }
        region.flush(0, REGION);
        return recorder.trace();
    }

    private static boolean isPending(int line) {
        return line % 3 == 2 && line / 3 < PENDING;
    }

    private static byte[] record(int number) {
        byte[] record = new byte[RECORD];
        for (int i = 4; i < RECORD; i++) {
            record[i] = (byte) (number * 31 + i);
        }
        CRC32C checksum = new CRC32C();
        checksum.update(record, 4, RECORD - 4);
        ByteBuffer.wrap(record).putInt((int) checksum.getValue());
        return record;
    }

    private static boolean isValid(PersistentRegion region, long at, byte[] record, CRC32C checksum) {
        region.get(at, record);
        checksum.reset();
        checksum.update(record, 4, RECORD - 4);
        return ByteBuffer.wrap(record).getInt() == (int) checksum.getValue();
    }

    private static int validLines(PersistentRegion region) {
        byte[] record = new byte[RECORD];
        CRC32C checksum = new CRC32C();
        int found = 0;
        for (long at = 0; at < REGION; at += RECORD) {
            found += isValid(region, at, record, checksum) ? 1 : 0;
        }
        return found;
    }

    private static long sum(PersistentRegion region) {
        long sum = 0;
        for (long at = 0; at < REGION; at += Long.BYTES) {
            sum += region.getLong(at);
        }
        return sum;
    }

    private static long sum(MemorySegment memory) {
        long sum = 0;
        for (long at = 0; at < REGION; at += Long.BYTES) {
            sum += memory.get(ValueLayout.JAVA_LONG, at);
        }
        return sum;
    }
}
