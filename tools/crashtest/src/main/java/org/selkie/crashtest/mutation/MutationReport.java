// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.mutation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.selkie.crashtest.Report;

/**
 * Which mutations were noticed.
 *
 * @param baseline what the unchanged code gave
 * @param mutants  first those that change all events of a call site, in the order of the first uses; then those of single
 *                 events
 * @param skipped  mutants of single events that were left out for the budget
 */
public record MutationReport(Report baseline, List<Mutant> mutants, int skipped) {

    public MutationReport {
        mutants = List.copyOf(mutants);
    }

    /** Mutants of which nobody noticed: each names a flush or a fence that is redundant or untested. */
    public List<Mutant> survivors() {
        return mutants.stream().filter(Mutant::survived).toList();
    }

    /** How many of the mutants were noticed, from 0 to 1. */
    public double score() {
        return mutants.isEmpty() ? 1 : (double) (mutants.size() - survivors().size()) / mutants.size();
    }

    /** Throws an AssertionError that names the survivors, if there are any. */
    public void orThrow() {
        if (!survivors().isEmpty()) {
            throw new AssertionError(toString());
        }
    }

    /** One line: the score, for call sites and for their single events. */
    public String summary() {
        List<Mutant> sites = mutants.stream().filter(Mutant::isOfWholeSite).toList();
        List<Mutant> single = mutants.stream().filter(mutant -> !mutant.isOfWholeSite()).toList();
        return String.format(Locale.ROOT, "flush mutation score %.1f %%", score() * 100) + ": noticed " + noticed(sites)
                + " mutants of call sites, " + noticed(single) + " of single events"
                + (skipped > 0 ? " (" + skipped + " more left out for the budget)" : "") + "; model " + baseline.model();
    }

    private static String noticed(List<Mutant> of) {
        return of.stream().filter(mutant -> !mutant.survived()).count() + " of " + of.size();
    }

    @Override
    public String toString() {
        List<String> lines = new ArrayList<>(List.of(summary()));
        survivors().forEach(mutant -> lines.add("  " + mutant));
        return String.join("\n", lines);
    }
}
