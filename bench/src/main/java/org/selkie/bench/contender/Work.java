// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

/**
 * What every contender of a contest does.
 *
 * @param payloadBytes of each record
 * @param threads      that append at the same time
 * @param batch        how many records are made durable together; 1 where each is by itself
 */
public record Work(int payloadBytes, int threads, int batch) {

    /** One record at a time. */
    public static Work appends(int payloadBytes, int threads) {
        return new Work(payloadBytes, threads, 1);
    }

    /** For a heading: "64 B, 2 threads". */
    public String words() {
        return (batch > 1 ? batch + " x " : "") + payloadBytes + " B, " + threads + (threads == 1 ? " thread" : " threads");
    }
}
