// SPDX-License-Identifier: Apache-2.0
package org.selkie.peers;

import java.util.List;
import org.selkie.bench.contender.LogEngine;
import org.selkie.bench.kv.KvEngine;
import org.selkie.bench.program.Peers;

/** All of them. */
public final class AllPeers implements Peers {

    static {
        // Chronicle tells a server of others that it was started, unless this is set before its first class is loaded.
        System.setProperty("chronicle.analytics.disable", "true");
    }

    @Override
    public List<LogEngine> logs() {
        return List.of(new MashonaEngine(true), new MashonaEngine(false), new ChronicleQueueEngine(true),
                new ChronicleQueueEngine(false), new PmdkEngine(PmdkEngine.Part.LIBPMEM),
                        new PmdkEngine(PmdkEngine.Part.LIBPMEMLOG),
                new PmdkEngine(PmdkEngine.Part.LIBPMEMOBJ));
    }

    @Override
    public List<KvEngine> stores() {
        return List.of(new ChronicleMapEngine(), new RocksDbEngine(true), new RocksDbEngine(false),
                new LmdbEngine(LmdbEngine.Way.SYNC), new LmdbEngine(LmdbEngine.Way.WRITE_MAP),
                        new LmdbEngine(LmdbEngine.Way.NO_SYNC),
                new MvStoreEngine(true), new MvStoreEngine(false), new MapDbEngine(true), new MapDbEngine(false));
    }
}
