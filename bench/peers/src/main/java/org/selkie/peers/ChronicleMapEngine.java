// SPDX-License-Identifier: Apache-2.0
package org.selkie.peers;

import java.io.IOException;
import java.nio.file.Path;
import net.openhft.chronicle.hash.ChronicleHashClosedException;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.jspecify.annotations.Nullable;
import org.selkie.bench.contender.Place;
import org.selkie.bench.kv.KvContender;
import org.selkie.bench.kv.KvEngine;
import org.selkie.bench.kv.Trace;

/** Chronicle Map on a mapped file. It has no call that makes a put durable, so there is one configuration. */
final class ChronicleMapEngine implements KvEngine {

    @Override
    public String name() {
        return "Chronicle Map";
    }

    @Override
    public String setting() {
        return "mapped file";
    }

    @Override
    public String survives(Place place) {
        return "kill -9; the page cache is lost with the power";
    }

    @Override
    public KvContender open(Place place, Path own, long keys, int valueBytes) throws IOException {
        byte[] key = new byte[KvContender.KEY_BYTES];
        byte[] value = new byte[valueBytes];
        ChronicleMap<byte[], byte[]> map = ChronicleMapBuilder.of(byte[].class, byte[].class).averageKey(key).averageValue(value)
                .entries(keys + keys / 4).createPersistedTo(own.toFile());
        ThreadLocal<KeyBuffers> buffers = ThreadLocal.withInitial(KeyBuffers::new);
        ThreadLocal<byte[]> using = ThreadLocal.withInitial(() -> new byte[valueBytes]);
        return new KvContender() {
            @Override
            public void put(long number, byte[] bytes) {
                map.put(buffers.get().bytes(number), bytes);
            }

            @Override
            public int get(long number, byte[] into) {
                byte @Nullable [] found = map.getUsing(buffers.get().bytes(number), using.get());
                if (found == null) {
                    return -1;
                }
                System.arraycopy(found, 0, into, 0, Math.min(into.length, found.length));
                return found.length;
            }

            @Override
            public void delete(long number) {
                map.remove(buffers.get().bytes(number));
            }

            @Override
            public boolean can(int kind) {
                return kind != Trace.SCAN;
            }

            @Override
            public int scan(long from, int count, byte[] into) {
                return -1;
            }

            @Override
            public void close() throws IOException {
                try {
                    map.close();
                } catch (ChronicleHashClosedException e) {
                    throw new IOException(e);
                }
            }
        };
    }
}
