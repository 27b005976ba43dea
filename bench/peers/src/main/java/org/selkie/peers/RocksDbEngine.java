// SPDX-License-Identifier: Apache-2.0
package org.selkie.peers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.CompactionPriority;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteOptions;
import org.selkie.bench.contender.Place;
import org.selkie.bench.kv.KvContender;
import org.selkie.bench.kv.KvEngine;
import org.selkie.bench.kv.Trace;
import org.selkie.bench.kv.Values;

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
        Settings settings = new Settings();
        RocksDB database = RocksDB.open(settings.options, own.toString());
        WriteOptions writes = new WriteOptions().setSync(sync);
        WriteOptions loads = new WriteOptions();
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
            public boolean multiGet(long[] keys, byte[][] into, int[] lengths) throws RocksDBException {
                List<byte[]> encoded = new ArrayList<>(keys.length);
                for (long key : keys) {
                    encoded.add(buffers.get().bytes(key).clone());
                }
                List<byte @Nullable []> found = database.multiGetAsList(encoded);
                for (int i = 0; i < keys.length; i++) {
                    byte @Nullable [] value = found.get(i);
                    lengths[i] = value == null ? -1 : value.length;
                    if (value != null) {
                        System.arraycopy(value, 0, into[i], 0, Math.min(into[i].length, value.length));
                    }
                }
                return true;
            }

            @Override
            public boolean canMultiGet() {
                return true;
            }

            @Override
            public void load(Trace trace, Values values) throws RocksDBException {
                for (int i = 0; i < trace.count(); i++) {
                    long key = Trace.key(trace.at(i));
                    database.put(loads, buffers.get().bytes(key), values.of(key));
                }
                if (sync) {
                    database.syncWal();
                }
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
                loads.close();
                settings.close();
            }
        };
    }

    /** As RocksDB's wiki has it under "Setup Options and Basic Tuning". */
    private static final class Settings {
        private static final int FILTER_BITS = 10;
        private static final int BLOCK_BYTES = 16 << 10;
        private static final long CACHE_BYTES = 512L << 20;
        private static final int JOBS = 6;

        private final BloomFilter filter = new BloomFilter(FILTER_BITS);
        private final LRUCache cache = new LRUCache(CACHE_BYTES);
        private final Options options = new Options().setCreateIfMissing(true).setWriteBufferSize(WRITE_BUFFER_BYTES)
                .setRecycleLogFileNum(4).setMaxBackgroundJobs(JOBS).setBytesPerSync(1 << 20)
                .setCompactionPriority(CompactionPriority.MinOverlappingRatio).setLevelCompactionDynamicLevelBytes(true)
                .setTableFormatConfig(new BlockBasedTableConfig().setBlockSize(BLOCK_BYTES).setCacheIndexAndFilterBlocks(true)
                        .setPinL0FilterAndIndexBlocksInCache(true).setFilterPolicy(filter).setBlockCache(cache));

        void close() {
            options.close();
            cache.close();
            filter.close();
        }
    }
}
