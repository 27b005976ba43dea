// SPDX-License-Identifier: Apache-2.0
package org.selkie.vm;

import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.selkie.os.FileHandle;
import org.selkie.os.KernelAbi;
import org.selkie.os.Mapping;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;

/**
 * What a program does that maps a DAX file, stores, writes its cache lines back and takes that for durable: right with MAP_SYNC,
 * wrong without, as the file system may not yet have made the blocks a part of the file. No engine is in it: it is the control of
 * the power cuts, and shows that they can see a loss on DAX itself.
 */
final class PlainStores {

    private static final long LINE_BYTES = 64;
    static final long RECORDS = (32L << 20) / LINE_BYTES;

    private final Path file;
    private final int flags;

    PlainStores(Path file, boolean sync) {
        this.file = file;
        this.flags = sync ? KernelAbi.MAP_SHARED_VALIDATE | KernelAbi.MAP_SYNC : KernelAbi.MAP_SHARED_VALIDATE;
    }

    /** Whoever hears of a record when its line was written back and fenced. */
    @FunctionalInterface
    interface Acknowledgement {
        void of(long number);
    }

    /** Stores records into a new file, one a line, until it is full. Nothing is synced by a system call. */
    void write(int round, Acknowledgement acknowledgement) {
        try (FileHandle handle = FileHandle.open(inRound(round), KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL)) {
            handle.truncate(RECORDS * LINE_BYTES);
            try (Mapping mapping = Mapping.map(handle, 0, RECORDS * LINE_BYTES, true, flags)) {
                Persister persister = Persister.of(Granularity.CACHE_LINE);
                for (long number = 0; number < RECORDS; number++) {
                    mapping.segment().set(ValueLayout.JAVA_LONG, number * LINE_BYTES, value(round, number));
                    persister.persist(mapping.address() + number * LINE_BYTES, Long.BYTES);
                    acknowledgement.of(number);
                }
            }
        }
    }

    /** Whether a record is there, by read(2). */
    boolean has(int round, long number) {
        if (!Files.exists(inRound(round))) {
            return false;
        }
        try (FileHandle handle = FileHandle.open(inRound(round), KernelAbi.O_RDONLY)) {
            if (handle.status().sizeBytes() < (number + 1) * LINE_BYTES) {
                return false;
            }
            byte[] found = handle.read(number * LINE_BYTES, Long.BYTES);
            long value = 0;
            for (int i = 0; i < Long.BYTES; i++) {
                value |= (found[i] & 0xffL) << (8 * i);
            }
            return value == value(round, number);
        }
    }

    private Path inRound(int round) {
        return Path.of(file + "-" + round);
    }

    private static long value(int round, long number) {
        return ((long) round << 40 | number) * 0x9e3779b97f4a7c15L | 1;
    }
}
