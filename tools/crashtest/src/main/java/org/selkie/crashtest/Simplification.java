// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.Unit;

/**
 * Looks for the simplest image near a refused one that is refused too: as few units as can be that lack something, or as
 * few that have something, whichever are fewer.
 */
final class Simplification {

    /** Images that are tried: what is found by then is good enough. */
    private static final int MOST = 3000;
    /** The same where each takes as long as it may. */
    private static final int MOST_TIMEOUTS = 8;

    private final Choice choice;
    private final Examiner examiner;
    private int tried;
    private int timeouts;

    /** Examines the image as it is. */
    @FunctionalInterface
    interface Examiner {
        @Nullable Throwable examine(boolean explain);
    }

    Simplification(Choice choice, Examiner examiner) {
        this.choice = choice;
        this.examiner = examiner;
    }

    /** The simplest image found, and what it is refused for. The choice is that image's then. */
    Violation of(Throwable found, Moment moment, int damagedLine, Explanation explanation, Workspace workspace) {
        int[] refused = choice.contents();
        timeouts = found instanceof RecoveryTimeoutException ? 1 : 0;
        int[] missing = towards(refused, true);
        int[] present = towards(refused, false);
        boolean fewerMissing = deviations(missing, true) <= deviations(present, false);
        choice.setAll(fewerMissing ? missing : present);
        Throwable explained = examiner.examine(true);
        if (explained == null) {
            // Another outcome for the same image: the checker is not deterministic, or time made the difference.
            choice.setAll(refused);
            explained = examiner.examine(true);
        }
        Throwable shown = explained == null ? unsteady(found) : explained;
        return explanation.violation(shown, moment, damagedLine, choice, fewerMissing, workspace);
    }

    private static Throwable unsteady(Throwable found) {
        return new AssertionError("refused once and accepted later: recovery or check give not always the same for one image; "
                + "take time, randomness and what an earlier image left out of them; first " + found, found);
    }

    private boolean isRefused() {
        if (tried >= MOST || timeouts >= MOST_TIMEOUTS) {
            return false;
        }
        tried++;
        Throwable thrown = examiner.examine(false);
        timeouts += thrown instanceof RecoveryTimeoutException ? 1 : 0;
        return thrown != null;
    }

    private int simplest(int unit, boolean everything) {
        return everything ? choice.unit(unit).latest() : 0;
    }

    private int[] towards(int[] refused, boolean everything) {
        int[] found = single(everything);
        if (found.length == 0) {
            found = oneByOne(refused, everything);
        }
        choice.setAll(found);
        for (int unit = 0; unit < found.length; unit++) {
            least(unit, everything);
        }
        return choice.contents();
    }

    /** Takes deviations back, one after the other, as long as the image stays refused. */
    private int[] oneByOne(int[] refused, boolean everything) {
        choice.setAll(refused);
        for (int unit = 0; unit < refused.length; unit++) {
            int before = choice.content(unit);
            if (before != simplest(unit, everything)) {
                choice.set(unit, simplest(unit, everything));
                if (!isRefused()) {
                    choice.set(unit, before);
                }
            }
        }
        return choice.contents();
    }

    /** No deviation, or one: empty when that is not refused. */
    private int[] single(boolean everything) {
        for (int unit = 0; unit < choice.size(); unit++) {
            choice.set(unit, simplest(unit, everything));
        }
        if (isRefused()) {
            return choice.contents();
        }
        for (int unit = 0; unit < choice.size() && tried < MOST / 4; unit++) {
            Unit single = choice.unit(unit);
            for (int i = 0; i < single.contents() && tried < MOST / 4; i++) {
                int content = everything ? single.contents() - 1 - i : i;
                if (content != simplest(unit, everything)) {
                    choice.set(unit, content);
                    if (isRefused()) {
                        return choice.contents();
                    }
                }
            }
            choice.set(unit, simplest(unit, everything));
        }
        return new int[0];
    }

    /** Of the contents of a unit that deviates, one that loses fewer stores, or has fewer. */
    private void least(int unit, boolean everything) {
        int before = choice.content(unit);
        if (before == simplest(unit, everything)) {
            return;
        }
        Unit changed = choice.unit(unit);
        int lost = changed.lost(before).size();
        for (int i = 0; i < changed.contents() && i < 64; i++) {
            int content = everything ? changed.contents() - 1 - i : i;
            int losing = changed.lost(content).size();
            if (content != simplest(unit, everything) && (everything ? losing < lost : losing > lost)) {
                choice.set(unit, content);
                if (isRefused()) {
                    return;
                }
            }
        }
        choice.set(unit, before);
    }

    private int deviations(int[] contents, boolean everything) {
        int count = 0;
        for (int unit = 0; unit < contents.length; unit++) {
            count += contents[unit] == simplest(unit, everything) ? 0 : 1;
        }
        return count;
    }
}
