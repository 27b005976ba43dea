// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.model.LineHash;
import org.selkie.crashtest.model.Unit;

/**
 * Looks at the images of one case. A unit is branched on only when the checker has read it: an image stands for all that
 * differ from it in units that were not read. Where the checker's reads are not known, every unit counts as read.
 *
 * <p>From one image to the next one unit changes, mostly; the hash follows by a difference.
 */
final class Search {

    /** Of so many images one is looked at twice. */
    private static final int REPEATED = 1024;

    private final CrashCase choices;
    private final Moment moment;
    private final Workspace workspace;
    private final Examination examination;
    private final @Nullable Tally tally;
    private final SplittableRandom random;
    private final Choice choice;

    private final boolean[] decided;
    private final int[] order;
    private final int[] usual;
    /** Where reads are not seen. */
    private int[] mayBeRead = new int[0];
    private int decidedCount;
    private int deviations;
    private int most = Integer.MAX_VALUE;

    private long explored;
    private long coveredFew;
    private BigInteger coveredMany = BigInteger.ZERO;
    private @Nullable Violation violation;
    private @Nullable Throwable thrown;

    /**
     * A search that has not begun.
     *
     * @param tally of the exploration; null in an interrupted recovery, whose images are looked at however often they come
     */
    Search(CrashCase choices, Moment moment, Workspace workspace, Examination examination, @Nullable Tally tally, long seed) {
        this.choices = choices;
        this.moment = moment;
        this.workspace = workspace;
        this.examination = examination;
        this.tally = tally;
        random = new SplittableRandom(seed);
        choice = new Choice(choices, workspace.memory);
        decided = new boolean[choice.size()];
        order = new int[choice.size()];
        usual = new int[choice.size()];
    }

    long explored() {
        return explored;
    }

    /** How many images are checked, or agree with a checked one in all that was read. */
    BigInteger covered() {
        return coveredMany.add(BigInteger.valueOf(coveredFew)).min(choices.possible());
    }

    /** What was found, null for nothing. */
    @Nullable Violation violation() {
        return violation;
    }

    /**
     * Looks at up to so many images, and leaves the memory as it was.
     *
     * @param explanation null when nobody will read what is found: the first refused image is good enough then
     */
    void run(long limit, Settings settings, @Nullable Explanation explanation) {
        if (tally != null) {
            workspace.watched.search = this;
        }
        workspace.image.at(moment, choices.damagedLine());
        mayBeRead = IntStream.range(0, choice.size()).filter(unit -> settings.mayBeRead(choice.unit(unit), workspace.trace))
                .toArray();
        if (settings.isBounded()) {
            bounded(limit, settings.missing, settings.present);
        } else {
            all(limit);
        }
        Throwable found = thrown;
        if (found != null) {
            violation = explanation == null ? Violation.unexplained(moment, found)
                    : new Simplification(choice, this::examine).of(found, moment, choices.damagedLine(), explanation, workspace);
        }
        choice.remove();
    }

    /** What is said of the image whose examination never ends. Its thread is still in it. */
    Violation abandoned(Explanation explanation) {
        return explanation.violation(workspace.watched.timeout(null), moment, choices.damagedLine(), choice, true, workspace);
    }

    private void all(long limit) {
        boolean fits = choices.possible().compareTo(BigInteger.valueOf(limit)) <= 0;
        if (every(fits ? limit : limit / 2, true) || fits) {
            return;
        }
        most = 1;
        for (boolean everything : new boolean[] {true, false}) {
            if (goesOn()) {
                usual(everything);
                every(explored + (limit - explored) / 4, false);
            }
        }
        // The limit to the draws is for a case whose images were all looked at before.
        for (long draws = 0; draws < 4 * limit && explored < limit && goesOn(); draws++) {
            draw();
        }
    }

    private void bounded(long limit, int missing, int present) {
        if (missing != Settings.UNBOUNDED) {
            most = missing;
            usual(true);
            // The greater half: where there is one image, it is the one that lacks nothing.
            every(present == Settings.UNBOUNDED ? limit : explored + (limit - explored + 1) / 2, true);
        }
        if (present != Settings.UNBOUNDED && goesOn()) {
            most = present;
            usual(false);
            every(limit, missing == Settings.UNBOUNDED);
        }
    }

    /** What a unit has that does not deviate: everything, or nothing of what is pending. */
    private void usual(boolean everything) {
        for (int unit = 0; unit < usual.length; unit++) {
            usual[unit] = everything ? choice.unit(unit).latest() : 0;
        }
    }

    private boolean goesOn() {
        return thrown == null && (tally == null || !tally.ended);
    }

    /**
     * Depth first: the last unit that was read changes first. Whether it came to its end.
     *
     * @param alone whether no image was counted as covered yet: all are, then, otherwise only those that nobody has looked at
     */
    private boolean every(long limit, boolean alone) {
        forget();
        while (explored < limit && goesOn()) {
            boolean first = look(false);
            if (thrown != null) {
                return false;
            }
            decideRead();
            if (alone) {
                cover();
            } else if (first) {
                coveredFew++;
            }
            if (!next()) {
                return true;
            }
        }
        forget();
        return false;
    }

    private void forget() {
        choice.setAll(usual);
        Arrays.fill(decided, false);
        decidedCount = 0;
        deviations = 0;
    }

    /** This image, and all that differ from it in units that were not read. */
    private void cover() {
        if (decidedCount == choice.size()) {
            coveredFew++;
            return;
        }
        BigInteger others = BigInteger.ONE;
        for (int unit = 0; unit < decided.length; unit++) {
            if (!decided[unit] && choice.unit(unit).contents() > 1) {
                others = others.multiply(BigInteger.valueOf(choice.unit(unit).contents()));
            }
        }
        coveredMany = coveredMany.add(others);
    }

    /** The next combination of the units that were read, with no more deviations than allowed. */
    private boolean next() {
        while (decidedCount > 0) {
            int unit = order[decidedCount - 1];
            int content = choice.content(unit);
            boolean isUsual = content == usual[unit];
            int following = isUsual ? 0 : content + 1;
            following += following == usual[unit] ? 1 : 0;
            if (following < choice.unit(unit).contents() && (!isUsual || deviations < most)) {
                deviations += isUsual ? 1 : 0;
                choice.set(unit, following);
                return true;
            }
            deviations -= isUsual ? 0 : 1;
            choice.set(unit, usual[unit]);
            decided[unit] = false;
            decidedCount--;
        }
        return false;
    }

    private void decideRead() {
        LineAccess access = workspace.access;
        if (access.untracked()) {
            for (int unit : mayBeRead) {
                decide(unit);
            }
            return;
        }
        for (int i = 0; i < access.readCount() && decidedCount < decided.length; i++) {
            int unit = choice.unitOf(access.read(i));
            if (unit >= 0) {
                decide(unit);
            }
        }
    }

    private void decide(int unit) {
        if (!decided[unit]) {
            decided[unit] = true;
            order[decidedCount++] = unit;
        }
    }

    private void draw() {
        int style = random.nextInt(4);
        for (int unit = 0; unit < choice.size(); unit++) {
            Unit drawn = choice.unit(unit);
            boolean free = style == 0 || random.nextInt(8) == 0;
            choice.set(unit, free ? random.nextInt(drawn.contents()) : style == 1 ? 0 : drawn.latest());
        }
        if (look(true)) {
            coveredFew++;
        }
    }

    /**
     * Has the checker look at the image. One that was looked at is passed over if that is wanted, or if it is known which
     * units are read in it. Whether it was new.
     */
    private boolean look(boolean passOver) {
        long hash = choice.hash();
        boolean isNew = true;
        if (tally != null) {
            isNew = tally.checked.add(LineHash.mix(hash + moment.epoch() * 0x9E3779B97F4A7C15L + choices.damagedLine()));
            int all = workspace.access.untracked() ? mayBeRead.length : choice.size();
            if (!isNew && (passOver || (decidedCount > 0 && decidedCount >= all))) {
                return false;
            }
            tally.distinct.add(hash);
            tally.explored.incrementAndGet();
        }
        explored++;
        thrown = examine(false);
        if (thrown == null && tally != null) {
            tally.read |= workspace.wasRead;
            if (isRepeated(explored)) {
                thrown = repeat();
            }
        }
        return isNew;
    }

    /** A few at the beginning of each case, and one in a thousand: enough to notice what is different most of the time. */
    private static boolean isRepeated(long number) {
        return (number & (number - 1)) == 0 || (number & REPEATED - 1) == 0;
    }

    /** The same image again must come to the same: whoever looks at another clock or at a drawn number cannot be tested so. */
    private @Nullable Throwable repeat() {
        Object first = workspace.recovered;
        Throwable second = examine(false);
        return second != null || Objects.equals(first, workspace.recovered) ? second
                : States.differ("recovery gives ", first, ", and run again on the same image ", workspace.recovered);
    }

    /** What the examination of the image as it is throws. */
    private @Nullable Throwable examine(boolean explain) {
        Workspace.Watched watched = workspace.watched;
        boolean outermost = watched.begin();
        try {
            examination.examine(workspace, moment, choices.damagedLine(), choice.hash(), explain);
            return null;
        } catch (UnusableStateException e) {
            throw e;
        } catch (Throwable e) {
            // An OutOfMemoryError or InternalError too: what a broken image makes recovery allocate, or touch, is its fault.
            return watched.expired ? watched.timeout(e) : e;
        } finally {
            if (outermost) {
                watched.end();
            }
        }
    }
}
