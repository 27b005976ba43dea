// SPDX-License-Identifier: Apache-2.0
package org.selkie.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.lmdbjava.CursorIterable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.KeyRange;
import org.lmdbjava.Txn;
import org.selkie.bench.contender.Place;
import org.selkie.bench.kv.KvContender;
import org.selkie.bench.kv.KvEngine;

/** LMDB through lmdbjava: a transaction a put. */
final class LmdbEngine implements KvEngine {

    private static final long FREE_SPACE_FACTOR = 8;
    private static final long LEAST_BYTES = 256L << 20;

    /** How a commit is made durable. */
    enum Way {
        SYNC("commit, fdatasync"),
        WRITE_MAP("MDB_WRITEMAP, msync"),
        NO_SYNC("MDB_NOSYNC and MDB_WRITEMAP");

        private final String words;

        Way(String words) {
            this.words = words;
        }
    }

    private final Way way;

    LmdbEngine(Way way) {
        this.way = way;
    }

    @Override
    public String name() {
        return "LMDB";
    }

    @Override
    public String setting() {
        return way.words;
    }

    @Override
    public String survives(Place place) {
        return way == Way.NO_SYNC ? "kill -9; with the power the whole store may be lost" : place.survivesByForce();
    }

    @Override
    public KvContender open(Place place, Path own, long keys, int valueBytes) throws IOException {
        Files.createDirectories(own);
        Env.Builder<ByteBuffer> builder = Env.create()
                .setMapSize(Math.max(LEAST_BYTES, FREE_SPACE_FACTOR * keys * (KvContender.KEY_BYTES + valueBytes))).setMaxDbs(1);
        Env<ByteBuffer> environment = switch (way) {
            case SYNC -> builder.open(own.toFile());
            case WRITE_MAP -> builder.open(own.toFile(), EnvFlags.MDB_WRITEMAP);
            case NO_SYNC -> builder.open(own.toFile(), EnvFlags.MDB_WRITEMAP, EnvFlags.MDB_NOSYNC);
        };
        Dbi<ByteBuffer> entries = environment.openDbi("bench", DbiFlags.MDB_CREATE);
        ThreadLocal<KeyBuffers> buffers = ThreadLocal.withInitial(KeyBuffers::new);
        ThreadLocal<ByteBuffer> values = ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(valueBytes));
        return new KvContender() {
            @Override
            public void put(long key, byte[] value) {
                try (Txn<ByteBuffer> transaction = environment.txnWrite()) {
                    entries.put(transaction, buffers.get().direct(key), values.get().clear().put(value).flip());
                    transaction.commit();
                }
            }

            @Override
            public int get(long key, byte[] into) {
                try (Txn<ByteBuffer> transaction = environment.txnRead()) {
                    ByteBuffer value = entries.get(transaction, buffers.get().direct(key));
                    return value == null ? -1 : copy(value, into);
                }
            }

            @Override
            public void delete(long key) {
                try (Txn<ByteBuffer> transaction = environment.txnWrite()) {
                    entries.delete(transaction, buffers.get().direct(key));
                    transaction.commit();
                }
            }

            @Override
            public int scan(long from, int count, byte[] into) {
                int found = 0;
                try (Txn<ByteBuffer> transaction = environment.txnRead();
                        CursorIterable<ByteBuffer> range = entries.iterate(transaction,
                                KeyRange.atLeast(buffers.get().direct(from)))) {
                    for (CursorIterable.KeyVal<ByteBuffer> entry : range) {
                        copy(entry.val(), into);
                        found++;
                        if (found == count) {
                            break;
                        }
                    }
                }
                return found;
            }

            @Override
            public void close() {
                environment.close();
            }
        };
    }

    private static int copy(ByteBuffer value, byte[] into) {
        int bytes = value.remaining();
        value.get(into, 0, Math.min(bytes, into.length));
        return bytes;
    }
}
