// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.report;

import java.util.List;
import java.util.Map;
import org.selkie.bench.measure.KvResult;
import org.selkie.bench.measure.RawCeiling;
import org.selkie.bench.measure.Result;

/**
 * Everything that a run found.
 *
 * @param fingerprint of machine and medium
 * @param raw         what C can do
 * @param sections    contests
 * @param stores      contests of key-value stores
 * @param recovery    how long opening takes
 * @param openings    how long opening a store takes
 * @param remarks     what was left out and why
 */
public record BenchReport(Map<String, String> fingerprint, List<RawCeiling.Row> raw, List<Section> sections,
        List<StoreSection> stores, List<RecoveryTime> recovery, List<StoreOpening> openings, List<String> remarks) {

    /**
     * Contests that belong together.
     *
     * @param heading     of all of them
     * @param explanation what the figures mean
     * @param onDisk      whether they were held on a disk beside the medium
     * @param results     one row for each contender and work
     */
    public record Section(String heading, String explanation, boolean onDisk, List<Result> results) {
    }

    /**
     * How long it takes to open a pool after a clean close, and what the pool takes.
     *
     * @param megabytes of records in it
     * @param records   that were found
     * @param millis    median of several openings
     * @param onMedia   bytes that the records take in the log to those of their payloads
     * @param inFiles   bytes that the pool has of the medium to those of the payloads: with headers, and space kept ahead
     */
    public record RecoveryTime(long megabytes, long records, double millis, double onMedia, double inFiles) {
    }

    /**
     * Contests of stores that belong together.
     *
     * @param heading     of all of them
     * @param explanation what the figures mean
     * @param results     one row for each store and work
     */
    public record StoreSection(String heading, String explanation, List<KvResult> results) {
    }

    /**
     * How long it takes to open a store again.
     *
     * @param keys       in it
     * @param valueBytes of each
     * @param millis     the opening of the pool and of the store together, median of several
     * @param poolMillis of the pool alone
     * @param indexBytes that the index takes on the heap, a key
     * @param inFiles    bytes that the pool has of the medium to those of keys and values
     */
    public record StoreOpening(long keys, int valueBytes, double millis, double poolMillis, double indexBytes, double inFiles) {
    }
}
