// SPDX-License-Identifier: Apache-2.0
package org.selkie.peers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
import org.selkie.bench.kv.Trace;
import org.selkie.bench.kv.Values;

/** LMDB through lmdbjava: a transaction a put. */
final class LmdbEngine implements KvEngine {

    private static final long FREE_SPACE_FACTOR = 3;
    private static final long LEAST_BYTES = 256L << 20;

    /** How a commit is made durable. */
    enum Way {
        SYNC("commit, fdatasync"),
        WRITE_MAP("MDB_WRITEMAP, msync"),
        NO_SYNC("MDB_NOSYNC, WRITEMAP");

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
        ThreadLocal<ByteBuffer> ownValues = ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(valueBytes));
        Readers readers = new Readers(environment);
        return new KvContender() {
            @Override
            public void put(long key, byte[] value) {
                try (Txn<ByteBuffer> transaction = environment.txnWrite()) {
                    entries.put(transaction, buffers.get().direct(key), ownValues.get().clear().put(value).flip());
                    transaction.commit();
                }
            }

            @Override
            public int get(long key, byte[] into) {
                Txn<ByteBuffer> transaction = readers.renewed();
                try {
                    ByteBuffer value = entries.get(transaction, buffers.get().direct(key));
                    return value == null ? -1 : copy(value, into);
                } finally {
                    transaction.reset();
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
                Txn<ByteBuffer> transaction = readers.renewed();
                try (CursorIterable<ByteBuffer> range = entries.iterate(transaction,
                        KeyRange.atLeast(buffers.get().direct(from)))) {
                    for (CursorIterable.KeyVal<ByteBuffer> entry : range) {
                        copy(entry.val(), into);
                        found++;
                        if (found == count) {
                            break;
                        }
                    }
                } finally {
                    transaction.reset();
                }
                return found;
            }

            @Override
            public void load(Trace trace, Values values) {
                try (Txn<ByteBuffer> transaction = environment.txnWrite()) {
                    for (int i = 0; i < trace.count(); i++) {
                        long key = Trace.key(trace.at(i));
                        entries.put(transaction, buffers.get().direct(key), ownValues.get().clear().put(values.of(key)).flip());
                    }
                    transaction.commit();
                }
            }

            @Override
            public void close() {
                readers.close();
                environment.close();
            }
        };
    }

    /** A transaction for each thread that reads, renewed for each read, as LMDB's documents have it for speed. */
    private static final class Readers {
        private final Env<ByteBuffer> environment;
        private final Queue<Txn<ByteBuffer>> all = new ConcurrentLinkedQueue<>();
        private final ThreadLocal<Txn<ByteBuffer>> own = ThreadLocal.withInitial(this::fresh);

        Readers(Env<ByteBuffer> environment) {
            this.environment = environment;
        }

        private Txn<ByteBuffer> fresh() {
            Txn<ByteBuffer> transaction = environment.txnRead();
            transaction.reset();
            all.add(transaction);
            return transaction;
        }

        Txn<ByteBuffer> renewed() {
            Txn<ByteBuffer> transaction = own.get();
            transaction.renew();
            return transaction;
        }

        void close() {
            all.forEach(Txn::close);
        }
    }

    private static int copy(ByteBuffer value, byte[] into) {
        int bytes = value.remaining();
        value.get(into, 0, Math.min(bytes, into.length));
        return bytes;
    }
}
