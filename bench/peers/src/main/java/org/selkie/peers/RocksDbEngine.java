// SPDX-License-Identifier: Apache-2.0
package org.selkie.peers;

import java.nio.file.Path;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;
import org.selkie.bench.contender.Place;
import org.selkie.bench.kv.KvContender;
import org.selkie.bench.kv.KvEngine;

/** RocksDB: a put is in its log, synced or not. */
final class RocksDbEngine implements KvEngine {

    private static final long WRITE_BUFFER_BYTES = 64L << 20;

    private final boolean sync;

    RocksDbEngine(boolean sync) {
        this.sync = sync;
    }

    @Override
    public String name() {
        return "RocksDB";
    }

    @Override
    public String setting() {
        return sync ? "sync=true" : "sync=false";
    }

    @Override
    public String survives(Place place) {
        return sync ? place.survivesByForce() : "kill -9; the page cache is lost with the power";
    }

    @Override
    public KvContender open(Place place, Path own, long keys, int valueBytes) throws RocksDBException {
        RocksDB.loadLibrary();
        Options options = new Options().setCreateIfMissing(true).setWriteBufferSize(WRITE_BUFFER_BYTES).setRecycleLogFileNum(4);
        RocksDB database = RocksDB.open(options, own.toString());
        WriteOptions writes = new WriteOptions().setSync(sync);
        ThreadLocal<KeyBuffers> buffers = ThreadLocal.withInitial(KeyBuffers::new);
        return new KvContender() {
            @Override
            public void put(long key, byte[] value) throws RocksDBException {
                database.put(writes, buffers.get().bytes(key), value);
            }

            @Override
            public int get(long key, byte[] into) throws RocksDBException {
                int bytes = database.get(buffers.get().bytes(key), into);
                return bytes == RocksDB.NOT_FOUND ? -1 : bytes;
            }

            @Override
            public void delete(long key) throws RocksDBException {
                database.delete(writes, buffers.get().bytes(key));
            }

            @Override
            public int scan(long from, int count, byte[] into) {
                try (ReadOptions reads = new ReadOptions(); RocksIterator iterator = database.newIterator(reads)) {
                    int found = 0;
                    for (iterator.seek(buffers.get().bytes(from)); found < count && iterator.isValid(); iterator.next()) {
                        byte[] value = iterator.value();
                        System.arraycopy(value, 0, into, 0, Math.min(into.length, value.length));
                        found++;
                    }
                    return found;
                }
            }

            @Override
            public void close() {
                database.close();
                writes.close();
                options.close();
            }
        };
    }
}
