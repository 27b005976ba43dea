// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

/**
 * What an operation costs the medium, each NaN where it was not counted.
 *
 * @param flushes   lines or ranges whose write-back was asked for
 * @param fences    waits for the persistence domain
 * @param lines     cache lines stored to the medium
 * @param bytes     stored to the medium
 * @param forces    system calls that wait for a device: fsync, fdatasync, msync
 */
public record Costs(double flushes, double fences, double lines, double bytes, double forces) {

    public static final Costs UNKNOWN = new Costs(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    /** So many forces an operation by the way that it is written, the rest not counted. */
    public static Costs ofForces(double forces) {
        return new Costs(Double.NaN, Double.NaN, Double.NaN, Double.NaN, forces);
    }
}
