// SPDX-License-Identifier: Apache-2.0
package org.selkie.peers;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.selkie.bench.contender.LogContender;
import org.selkie.bench.contender.LogEngine;
import org.selkie.bench.contender.MappedPages;
import org.selkie.bench.contender.Place;
import org.selkie.bench.contender.Work;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** PMDK in C, in loops that know nothing of Java; PMEM_IS_PMEM_FORCE=1, as it would flush on persistent memory. */
final class PmdkEngine implements LogEngine {

    private static final long FILE_BYTES = 64L << 20;
    private static final String LIBRARY = "native/libpmdkpeers.so";
    private static @Nullable Calls calls;

    /** Its libraries. */
    enum Part {
        LIBPMEM("pmem_memcpy_persist"),
        LIBPMEMLOG("pmemlog_append"),
        LIBPMEMOBJ("pmemobj, a transaction each");

        private final String words;

        Part(String words) {
            this.words = words;
        }
    }

    private final Part part;

    PmdkEngine(Part part) {
        this.part = part;
    }

    @Override
    public String name() {
        return "PMDK in C";
    }

    @Override
    public String setting() {
        return part.words;
    }

    @Override
    public String survives(Place place) {
        return place.survivesByInstructions();
    }

    @Override
    public Optional<String> absence(Place place, Work work) {
        if (place.device().isPresent()) {
            return Optional.of("not tried on a device-dax");
        }
        if (work.threads() > 1 && part != Part.LIBPMEMLOG) {
            return Optional.of("one thread: it has no log to share");
        }
        return PmdkEngine.class.getResource(LIBRARY) == null
                ? Optional.of("not built: its headers were not there (libpmem-dev libpmemlog-dev libpmemobj-dev)")
                        : Optional.empty();
    }

    @Override
    public LogContender open(Place place, Path own, Work work) throws IOException {
        Calls all = calls();
        int kind = switch (part) {
            case LIBPMEM -> 0;
            case LIBPMEMLOG -> 1;
            case LIBPMEMOBJ -> 2;
        };
        MemorySegment peer = all.open(kind, own, work.payloadBytes());
        MappedPages.populate(own);
        return new LogContender() {
            @Override
            public void run(int thread, int records) {
                all.append(peer, records);
            }

            @Override
            public void time(int thread, int batch, long[] nanos) {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment times = arena.allocate(JAVA_LONG, nanos.length);
                    all.timed(peer, nanos.length, times);
                    MemorySegment.copy(times, JAVA_LONG, 0, nanos, 0, nanos.length);
                }
            }

            @Override
            public void close() {
                all.close(peer);
            }
        };
    }

    private static synchronized Calls calls() throws IOException {
        Calls known = calls;
        if (known == null) {
            known = new Calls();
            calls = known;
        }
        return known;
    }

    /** The functions of pmdk.c. */
    private static final class Calls {
        private final Linker linker = Linker.nativeLinker();
        private final SymbolLookup symbols;
        private final MethodHandle open;
        private final MethodHandle append;
        private final MethodHandle timed;
        private final MethodHandle close;
        private final MethodHandle error;

        Calls() throws IOException {
            // Read by libpmem when it is loaded.
            setEnvironment("PMEM_IS_PMEM_FORCE", "1");
            symbols = load();
            open = handle("pmdk_open", FunctionDescriptor.of(ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG));
            append = handle("pmdk_append", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG));
            timed = handle("pmdk_append_timed", FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS));
            close = handle("pmdk_close", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
            error = handle("pmdk_error", FunctionDescriptor.of(ADDRESS, JAVA_LONG));
        }

        MemorySegment open(long kind, Path file, long payloadBytes) throws IOException {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment peer = (MemorySegment) open.invokeExact(kind, arena.allocateFrom(file.toString()), FILE_BYTES,
                        payloadBytes);
                if (peer.address() == 0) {
                    throw new IOException("PMDK could not open " + file + ": " + message(kind));
                }
                return peer;
            } catch (IOException e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        @SuppressWarnings("restricted")
        private String message(long kind) throws Throwable {
            MemorySegment text = (MemorySegment) error.invokeExact(kind);
            return text.reinterpret(Long.MAX_VALUE).getString(0);
        }

        void append(MemorySegment peer, long appends) {
            try {
                require((long) append.invokeExact(peer, appends));
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        void timed(MemorySegment peer, long appends, MemorySegment nanos) {
            try {
                require((long) timed.invokeExact(peer, appends, nanos));
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        void close(MemorySegment peer) {
            try {
                require((long) close.invokeExact(peer));
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        private static void require(long answer) {
            if (answer != 0) {
                throw new IllegalStateException("an append of PMDK failed");
            }
        }

        @SuppressWarnings("restricted")
        private void setEnvironment(String name, String value) {
            try (Arena arena = Arena.ofConfined()) {
                MethodHandle set = linker.downcallHandle(linker.defaultLookup().findOrThrow("setenv"),
                        FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
                int answer = (int) set.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
                if (answer != 0) {
                    throw new IllegalStateException("setenv(" + name + ") = " + answer);
                }
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        @SuppressWarnings("restricted")
        private MethodHandle handle(String symbol, FunctionDescriptor descriptor) {
            return linker.downcallHandle(symbols.findOrThrow(symbol), descriptor);
        }

        @SuppressWarnings("restricted")
        private static SymbolLookup load() throws IOException {
            try (InputStream library = PmdkEngine.class.getResourceAsStream(LIBRARY)) {
                if (library == null) {
                    throw new IOException(LIBRARY + " is not in the jar");
                }
                Path copy = Files.createTempFile("libpmdkpeers", ".so");
                try {
                    Files.copy(library, copy, StandardCopyOption.REPLACE_EXISTING);
                    return SymbolLookup.libraryLookup(copy, Arena.global());
                } finally {
                    Files.delete(copy);
                }
            }
        }
    }
}
