// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.mutation;

import java.util.List;
import org.selkie.crashtest.Report;
import org.selkie.crashtest.trace.Site;

/**
 * The code under test with one mutation, and what became of it.
 *
 * @param mutation    what was done
 * @param site        where in the code
 * @param place       the same as a text that tells it from all other places of the run
 * @param events      numbers of the events it was done to, in the unchanged trace
 * @param occurrences how many events of the place it could have been done to: all, where the place itself was changed
 * @param verdict     whether it was noticed
 * @param report      what was explored: of the mutant, or of the unchanged run where the mutant leaves nothing else that
 *                    somebody reads
 */
public record Mutant(Mutation mutation, Site site, String place, List<Integer> events, int occurrences, Verdict verdict,
        Report report) {

    public Mutant {
        events = List.copyOf(events);
    }

    /** Whether nobody noticed. */
    public boolean survived() {
        return verdict != Verdict.KILLED;
    }

    /** Whether every event of the place was changed, and not a single one of several. */
    public boolean isOfWholeSite() {
        return events.size() == occurrences;
    }

    @Override
    public String toString() {
        String which = isOfWholeSite() ? occurrences == 1 ? "once" : "all " + occurrences + " times"
                : "only at event #" + events.getFirst() + ", one of " + occurrences;
        String why = switch (verdict) {
            case KILLED -> "";
            case REDUNDANT -> ": no crash leaves anything else between the same promises";
            case UNTESTED -> ": crashes leave more, and the checker accepts all of it";
            case UNDECIDED -> ": crashes leave more, of which not everything was explored; raise the budget";
        };
        return verdict + ": " + mutation.phrase() + " at " + place + ", " + which + why;
    }
}
