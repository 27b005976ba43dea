// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.kv;

import java.util.Arrays;
import java.util.List;

/**
 * Work on a store, under the names that db_bench and YCSB have for it. Percentages and choices are those of YCSB's
 * workloads/workloada to workloadf (Cooper et al., "Benchmarking Cloud Serving Systems with YCSB", SoCC 2010); a record is one
 * value here, so that an update puts all of it.
 */
public enum KvWork {
    /** Empty at first; keys in order. */
    FILL_SEQ("fillseq", KeyChoice.UNIFORM, 0, 0, 100, 0, 0, 0),
    /** Empty at first; keys drawn, some of them again. */
    FILL_RANDOM("fillrandom", KeyChoice.UNIFORM, 0, 0, 100, 0, 0, 0),
    READ_RANDOM("readrandom", KeyChoice.UNIFORM, 100, 0, 0, 0, 0, 0),
    /** Sixteen keys with one call. */
    MULTI_READ_RANDOM("multireadrandom", KeyChoice.UNIFORM, 100, 0, 0, 0, 0, 0),
    OVERWRITE("overwrite", KeyChoice.UNIFORM, 0, 100, 0, 0, 0, 0),
    /** What is deleted is put again between rounds. */
    DELETE_RANDOM("deleterandom", KeyChoice.UNIFORM, 0, 0, 0, 0, 0, 100),
    YCSB_A("YCSB A", KeyChoice.ZIPFIAN, 50, 50, 0, 0, 0, 0),
    YCSB_B("YCSB B", KeyChoice.ZIPFIAN, 95, 5, 0, 0, 0, 0),
    YCSB_C("YCSB C", KeyChoice.ZIPFIAN, 100, 0, 0, 0, 0, 0),
    YCSB_D("YCSB D", KeyChoice.LATEST, 95, 0, 5, 0, 0, 0),
    /** Scans of 1 to 100 entries, each length as often as any other. */
    YCSB_E("YCSB E", KeyChoice.ZIPFIAN, 0, 0, 5, 0, 95, 0),
    YCSB_F("YCSB F", KeyChoice.ZIPFIAN, 50, 0, 0, 50, 0, 0);

    /** The work that a quick look takes. */
    public static final List<KvWork> SIMPLE = List.of(READ_RANDOM, MULTI_READ_RANDOM, OVERWRITE, DELETE_RANDOM);
    /** YCSB's core workloads. */
    public static final List<KvWork> YCSB = List.of(YCSB_A, YCSB_B, YCSB_C, YCSB_D, YCSB_E, YCSB_F);
    /** Keys with one call of {@link #MULTI_READ_RANDOM}. */
    public static final int GROUP = 16;
    /** The longest scan. */
    public static final int LONGEST_SCAN = 100;

    private final String words;
    private final KeyChoice choice;
    private final int reads;
    private final int updates;
    private final int inserts;
    private final int readModifyWrites;
    private final int scans;
    private final int deletes;

    KvWork(String words, KeyChoice choice, int reads, int updates, int inserts, int readModifyWrites, int scans, int deletes) {
        this.words = words;
        this.choice = choice;
        this.reads = reads;
        this.updates = updates;
        this.inserts = inserts;
        this.readModifyWrites = readModifyWrites;
        this.scans = scans;
        this.deletes = deletes;
    }

    /** The name that others know it by. */
    public String words() {
        return words;
    }

    /** The one of a name, which may be written with a dash or a space, large or small. */
    public static KvWork named(String name) {
        return Arrays.stream(values()).filter(work -> work.words.replace(" ", "-").equalsIgnoreCase(name.replace(" ", "-")))
                .findFirst().orElseThrow(() -> new IllegalArgumentException("unknown work " + name + "; expected one of "
                        + String.join(", ", Arrays.stream(values()).map(work -> work.words.replace(" ", "-")).toList())));
    }

    KeyChoice choice() {
        return choice;
    }

    /** Of a hundred operations, the share of a kind. */
    public int percent(int kind) {
        return switch (kind) {
            case Trace.READ -> reads;
            case Trace.UPDATE -> updates;
            case Trace.INSERT -> inserts;
            case Trace.READ_MODIFY_WRITE -> readModifyWrites;
            case Trace.DELETE -> deletes;
            default -> scans;
        };
    }

    /** Whether the store is empty at its beginning. */
    public boolean isFill() {
        return this == FILL_SEQ || this == FILL_RANDOM;
    }

    /** Operations come in multiples of this. */
    public int group() {
        return this == MULTI_READ_RANDOM ? GROUP : 1;
    }

    /** Which kind a number from 0 to below 100 stands for. */
    int kindOf(int number) {
        int kind = 0;
        for (int below = percent(kind); number >= below; below += percent(kind)) {
            kind++;
        }
        return kind;
    }
}
