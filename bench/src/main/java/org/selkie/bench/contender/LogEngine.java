// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.nio.file.Path;
import java.util.Optional;

/** A way to write a log: a product in one configuration. Peers are found by {@link java.util.ServiceLoader}. */
public interface LogEngine {

    /** The product. */
    String name();

    /** The configuration, in words. */
    String setting();

    /** What a write survives once it was acknowledged. */
    String survives(Place place);

    /** Why it cannot take part; empty where it can. */
    default Optional<String> absence(Place place, Work work) {
        return Optional.empty();
    }

    /**
     * Opens it.
     *
     * @param own a directory that does not exist yet, which it may make
     */
    LogContender open(Place place, Path own, Work work) throws Exception;

    /** Product and configuration. */
    default String title() {
        return setting().isEmpty() ? name() : name() + ", " + setting();
    }
}
