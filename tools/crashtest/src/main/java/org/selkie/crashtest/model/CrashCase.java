// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import java.math.BigInteger;
import java.util.List;

/**
 * A product of independent choices over what is certainly persisted: each unit takes one of its contents.
 *
 * @param units       in the order of their lines; no line is in two of them
 * @param damagedLine a line that cannot be read, whatever is in it, or {@link #NONE}
 */
public record CrashCase(List<Unit> units, int damagedLine) {

    /** No line is damaged. */
    public static final int NONE = -1;

    public CrashCase(List<Unit> units) {
        this(units, NONE);
    }

    public CrashCase {
        units = List.copyOf(units);
    }

    /** How many images. */
    public BigInteger possible() {
        BigInteger product = BigInteger.ONE;
        for (Unit unit : units) {
            product = product.multiply(unit.possible());
        }
        return product;
    }

    /** How many images all cases of a crash have. One that is in two of them counts twice. */
    public static BigInteger possible(List<CrashCase> cases) {
        BigInteger sum = BigInteger.ZERO;
        for (CrashCase choices : cases) {
            sum = sum.add(choices.possible());
        }
        return sum;
    }
}
