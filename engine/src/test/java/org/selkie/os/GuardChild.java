// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.selkie.os.HotPath.Scan;

/**
 * Calls every function of {@link HotPath} on a mapping whose file another thread truncates and extends all the time, until
 * each has faulted so many times. Beside it a thread accesses the same mapping from Java, where the JVM's own way of
 * telling it must still work. Arguments: file, faults of each function.
 */
final class GuardChild {

    private static final long FILE_BYTES = 512 * 1024;
    private static final long LONG_BYTES = HotPath.LONG_BYTES + 4096;
    private static final long MOST_ATTEMPTS = 200_000_000;
    private static final byte[] PAYLOAD = new byte[4096];

    private final Arena arena = Arena.ofShared();
    private final MemorySegment mapping;
    private final long address;
    private final MemorySegment staged = arena.allocate(LONG_BYTES, 64);
    private final MemorySegment out = arena.allocate(2 * LONG_BYTES, 64);
    private final MemorySegment scan = arena.allocate(Scan.BYTES, 64);
    private volatile boolean done;
    private long internalErrors;

    private record Call(String name, LongSupplier function) {
    }

    private GuardChild(FileChannel file) throws IOException {
        mapping = file.map(FileChannel.MapMode.READ_WRITE, 0, FILE_BYTES, arena);
        address = mapping.address();
        // A batch of one record that fills it.
        staged.set(ValueLayout.JAVA_INT, 4, (int) LONG_BYTES - 28);
    }

    public static void main(String[] arguments) throws Exception {
        try (FileChannel file = FileChannel.open(Path.of(arguments[0]), StandardOpenOption.CREATE,
                StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            resize(file, FILE_BYTES);
            new GuardChild(file).run(file, Integer.parseInt(arguments[1]));
        }
    }

    private void run(FileChannel file, int faults) throws Exception {
        Thread truncate = Thread.ofPlatform().start(() -> {
            while (!done) {
                resize(file, 0);
                Thread.onSpinWait();
                resize(file, FILE_BYTES);
            }
        });
        Thread access = Thread.ofPlatform().start(this::access);
        for (Call call : calls()) {
            long met = 0;
            for (long attempts = 0; met < faults; attempts++) {
                long result = call.function.getAsLong();
                if (HotFault.isFault(result)) {
                    met++;
                }
                if (attempts > MOST_ATTEMPTS) {
                    throw new AssertionError(call.name + " faulted " + met + " times alone");
                }
            }
            System.out.println("survived " + met + " faults in " + call.name);
        }
        done = true;
        truncate.join();
        access.join();
        if (!HotPath.guardInstalled()) {
            throw new AssertionError("somebody replaced the guard");
        }
        System.out.println("internal errors " + internalErrors);
    }

    /** An InternalError can come late, at any place of this thread. */
    private void access() {
        long sum = 0;
        while (!done || internalErrors == 0) {
            try {
                for (long at = 0; at < FILE_BYTES && !done; at += 4096) {
                    sum += mapping.get(ValueLayout.JAVA_BYTE, at);
                    mapping.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
                }
            } catch (InternalError e) {
                internalErrors++;
            }
        }
        staged.set(ValueLayout.JAVA_BYTE, LONG_BYTES - 1, (byte) sum);
    }

    private List<Call> calls() {
        MemorySegment heap = MemorySegment.ofArray(PAYLOAD);
        MemorySegment mapped = ForeignMemory.at(address, FILE_BYTES);
        long inside = address + FILE_BYTES / 2;
        List<Call> calls = new ArrayList<>();
        calls.add(new Call("appendCacheLine", () -> HotPath.appendCacheLine(inside, heap, 4000, 64, 1)));
        calls.add(new Call("appendByte", () -> HotPath.appendByte(inside, heap, 4000, 64, 1)));
        calls.add(new Call("appendPage", () -> HotPath.appendPage(inside, heap, 4000, 64, 1)));
        calls.add(new Call("appendCacheLine, array", () -> HotPath.appendCacheLine(inside, PAYLOAD, 9, 4000, 64, 1)));
        calls.add(new Call("appendByte, array", () -> HotPath.appendByte(inside, PAYLOAD, 9, 4000, 64, 1)));
        calls.add(new Call("appendPage, array", () -> HotPath.appendPage(inside, PAYLOAD, 9, 4000, 64, 1)));
        calls.add(new Call("appendLongCacheLine", () -> HotPath.appendLongCacheLine(inside, staged, LONG_BYTES, 64, 1)));
        calls.add(new Call("appendLongByte", () -> HotPath.appendLongByte(inside, staged, LONG_BYTES, 64, 1)));
        calls.add(new Call("appendLongPage", () -> HotPath.appendLongPage(inside, staged, LONG_BYTES, 64, 1)));
        calls.add(new Call("batchCacheLine", () -> HotPath.batchCacheLine(inside, staged, LONG_BYTES, 64, 1)));
        calls.add(new Call("batchByte", () -> HotPath.batchByte(inside, staged, LONG_BYTES, 64, 1)));
        calls.add(new Call("batchPage", () -> HotPath.batchPage(inside, staged, LONG_BYTES, 64, 1)));
        calls.add(new Call("copyCacheLine", () -> HotPath.copyCacheLine(inside, heap, 4096)));
        calls.add(new Call("copyByte", () -> HotPath.copyByte(inside, heap, 4096)));
        calls.add(new Call("copyPage", () -> HotPath.copyPage(inside, heap, 4096)));
        calls.add(new Call("flush", () -> HotPath.flush(inside, 4096)));
        calls.add(new Call("readRecord", () -> HotPath.readRecord(inside, 4096, 64, 1, out, out.byteSize())));
        calls.add(new Call("get", () -> HotEntry.get(inside, 1, 4096, 64, staged.address(), 16, out.address(), 4096)));
        calls.add(new Call("match", () -> HotEntry.match(inside, 4096, 64, staged.address(), 16, 0)));
        calls.add(new Call("readLongRecord",
                () -> HotPath.readLongRecord(inside, FILE_BYTES / 2, 64, 1, out, out.byteSize())));
        calls.add(new Call("scan", () -> HotPath.scan(address, fresh())));
        calls.add(new Call("search", () -> HotPath.search(address, fresh(), Long.MAX_VALUE)));
        calls.add(new Call("copyOut", () -> HotPath.copyOut(out, inside, 4096)));
        calls.add(new Call("copyIn", () -> HotPath.copyIn(out, mapped.asSlice(FILE_BYTES / 2), 4096)));
        calls.add(new Call("loadInt", () -> HotPath.loadInt(inside)));
        calls.add(new Call("crc32c", () -> HotPath.crc32c(mapped, FILE_BYTES, 0)));
        return calls;
    }

    private MemorySegment fresh() {
        scan.fill((byte) 0);
        Scan.STOP.set(scan, FILE_BYTES);
        Scan.END.set(scan, FILE_BYTES);
        Scan.BASE_POSITION.set(scan, 1L << 40);
        Scan.BATCH_OFFSET.set(scan, -1);
        return scan;
    }

    private static void resize(FileChannel file, long bytes) {
        try {
            if (bytes == 0) {
                file.truncate(0);
            } else {
                file.write(ByteBuffer.allocate(1), bytes - 1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
