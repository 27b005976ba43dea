// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.util.List;
import org.selkie.bench.contender.LogEngine;
import org.selkie.bench.kv.KvEngine;

/** What a module of peers brings; found by {@link java.util.ServiceLoader}. */
public interface Peers {

    /** Logs, each in each of its configurations. */
    List<LogEngine> logs();

    /** Stores, each in each of its configurations. */
    List<KvEngine> stores();
}
