// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.nio.file.Path;
import java.util.Optional;
import org.selkie.bench.contender.Costs;
import org.selkie.bench.contender.Place;

/** A store in one configuration. Found by {@link java.util.ServiceLoader}. */
public interface KvEngine {

    /** The product. */
    String name();

    /** The configuration, in words. */
    String setting();

    /** What a put survives once it was acknowledged. */
    String survives(Place place);

    /** Why it cannot take part; empty where it can. */
    default Optional<String> absence(Place place) {
        return Optional.empty();
    }

    /**
     * Opens an empty one.
     *
     * @param own        a directory that does not exist yet, which it may make
     * @param keys       that it will hold at most
     * @param valueBytes of each
     */
    KvContender open(Place place, Path own, long keys, int valueBytes) throws Exception;

    /**
     * What an operation of a work costs the medium, found out in a pass of its own that is not timed; by default nothing is
     * known.
     *
     * @param own a directory that does not exist yet, which it may make, and which is removed
     */
    default Costs costs(Place place, Path own, KvWork work, int valueBytes) throws Exception {
        return Costs.UNKNOWN;
    }

    /** Product and configuration. */
    default String title() {
        return setting().isEmpty() ? name() : name() + ", " + setting();
    }
}
