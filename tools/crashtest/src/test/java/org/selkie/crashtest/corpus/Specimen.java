// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.corpus;

import java.util.Set;
import java.util.function.Function;

/**
 * A wrong variant, and what must be found out about it.
 *
 * @param structure  makes the structure with a mistake, or without
 * @param bug        the mistake
 * @param finding    how it breaks, under the first of the models
 * @param foundUnder names of the models under which it must be found; under the others it does no harm, and must not be
 */
record Specimen(Function<Bug, Structure> structure, Bug bug, Finding finding, Set<String> foundUnder) {

    Structure wrong() {
        return structure.apply(bug);
    }

    Structure right() {
        return structure.apply(Bug.NONE);
    }

    String name() {
        return right().toString();
    }

    @Override
    public String toString() {
        return wrong().toString();
    }
}
