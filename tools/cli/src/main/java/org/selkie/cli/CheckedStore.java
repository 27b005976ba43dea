// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.selkie.Pool;
import org.selkie.fault.DamagedRecordException;
import org.selkie.fault.PoolFormatException;
import org.selkie.fault.PositionException;
import org.selkie.fault.SelkieException;
import org.selkie.kv.StoreCheck;
import org.selkie.kv.StoreOptions;
import org.selkie.kv.StoreReport;
import org.selkie.log.Finding;
import org.selkie.log.LogRecovery;
import org.selkie.log.RecordImage;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A store of a pool as its records tell, which are compared with each other.
 *
 * @param entries  with a value, in what can be read; -1 if its records cannot be a store's
 * @param dropped  the places of its log that are lost, each in words
 * @param findings records that verify and do not belong to a store
 */
record CheckedStore(String store, long entries, long records, long deletions, long replacedLosses, List<String> dropped,
    List<Finding> findings, long unlistedFindings) {
    private static final int TRIES = 4;
    private static final int MOST_GUESSES = 5;

    /** Checks every store of a pool that has a record; another process may write it meanwhile. */
    static List<CheckedStore> allOf(CommandSpec spec, Path path) {
        for (int attempt = 1;; attempt++) {
            try (Pool pool = PoolAccess.forReading(spec, path)) {
                List<CheckedStore> stores = new ArrayList<>();
                for (LogRecovery log : pool.recovery().logs()) {
                    if ((log.records() > 0 || log.hasLoss()) && pool.stores().contains(log.log())) {
                        stores.add(of(pool, log));
                    }
                }
                return stores;
            } catch (DamagedRecordException | PositionException e) {
                // The writer compacts under this.
                if (attempt == TRIES) {
                    throw e;
                }
            }
        }
    }

    private static CheckedStore of(Pool pool, LogRecovery log) {
        StoreReport report = pool.checkStore(log.log());
        long entries = report.isClean() ? entries(pool, log.log()) : -1;
        return new CheckedStore(log.log(), entries, report.records(), report.deletions(), report.replacedLosses(),
            dropped(pool, log), report.findings(), report.unlisted());
    }

    private static long entries(Pool pool, String store) {
        try {
            return pool.store(store, StoreOptions.defaults().withoutBackground()).statistics().entries();
        } catch (PoolFormatException e) {
            // A user's record among the store's.
            return -1;
        }
    }

    /** Keys are shown where bytes that do not verify, or whose batch does not, seem to hold some. */
    private static List<String> dropped(Pool pool, LogRecovery log) {
        List<String> places = new ArrayList<>();
        for (Finding finding : log.findings()) {
            if (finding.kind().isLoss()) {
                List<String> keys = guess(pool, log.log(), finding);
                places.add(finding + (keys.isEmpty() ? "" : "; perhaps of "
                    + (keys.size() == 1 ? "key " : "keys ") + String.join(", ", keys)));
            }
        }
        return places;
    }

    private static List<String> guess(Pool pool, String log, Finding finding) {
        List<String> keys = new ArrayList<>();
        long position = finding.position();
        long end = position + finding.lengthBytes();
        try {
            while (position >= 0 && position < end && keys.size() < MOST_GUESSES) {
                RecordImage image = pool.log(log).image(position);
                byte[] key = StoreCheck.guessKey(image);
                if (key == null) {
                    return keys;
                }
                keys.add(Words.shown(key));
                position += image.bytes().byteSize();
            }
        } catch (SelkieException e) {
            // There is nothing more to look at.
            return keys;
        }
        return keys;
    }

    /** Whether everything fits; what is lost is the log's to say. */
    boolean isClean() {
        return findings.isEmpty();
    }

    /** One line. */
    @Override
    public String toString() {
        return "store " + store + ": " + (entries < 0 ? "cannot be opened" : entries == 1 ? "1 entry"
            : Figures.count(entries) + " entries") + " in " + Figures.count(records, "record") + ", "
            + Figures.count(deletions, "deletion") + " among them";
    }
}
