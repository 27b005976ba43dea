// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.model.FlatMemory;
import org.selkie.crashtest.model.LineHash;
import org.selkie.crashtest.model.Unit;
import org.selkie.crashtest.trace.Event;
import org.selkie.crashtest.trace.Region;
import org.selkie.crashtest.trace.Trace;

/**
 * Looks at the images of one case. A unit is branched on only when the checker has read it: an image stands for all that
 * differ from it in units that were not read. Where the checker's reads are not known, every unit counts as read.
 *
 * <p>From one image to the next one unit changes, mostly; the hash follows by a difference.
 */
final class Search {

    private final List<Unit> units;
    private final Moment moment;
    private final ImageMemory memory;
    private final LineAccess access;
    private final CrashImage image;
    private final Checker checker;
    private final HashSet64 checked;
    private final HashSet64 distinct;
    private final SplittableRandom random;
    private final BigInteger total;

    private final int[] current;
    private final boolean[] decided;
    private final int[] order;
    private int decidedCount;
    private long hash;
    private long explored;
    private BigInteger covered = BigInteger.ZERO;
    private @Nullable Throwable thrown;

    Search(CrashCase choices, Moment moment, ImageMemory memory, LineAccess access, CrashImage image, Checker checker,
            HashSet64 checked, HashSet64 distinct, long seed) {
        this.units = choices.units();
        this.moment = moment;
        this.memory = memory;
        this.access = access;
        this.image = image;
        this.checker = checker;
        this.checked = checked;
        this.distinct = distinct;
        random = new SplittableRandom(seed);
        total = choices.possible();
        current = new int[units.size()];
        decided = new boolean[units.size()];
        order = new int[units.size()];
    }

    long explored() {
        return explored;
    }

    BigInteger covered() {
        return covered;
    }

    /** Looks at up to so many images. */
    void run(long limit) {
        long[] saved = save();
        image.at(moment);
        if (total.compareTo(BigInteger.valueOf(limit)) <= 0) {
            every(limit);
        } else {
            every(limit / 2);
            if (thrown == null && !covered.equals(total)) {
                sample(limit - explored);
            }
        }
        if (thrown != null) {
            simplify();
        }
        restore(saved);
    }

    /** Depth first: the last unit that was read changes first. Complete when it returns before the limit. */
    private void every(long limit) {
        while (explored < limit && thrown == null) {
            boolean ran = look();
            decideRead(!ran);
            BigInteger others = BigInteger.ONE;
            if (decidedCount < units.size()) {
                for (int i = 0; i < units.size(); i++) {
                    if (!decided[i]) {
                        others = others.multiply(BigInteger.valueOf(units.get(i).contents()));
                    }
                }
            }
            covered = covered.add(others);
            if (thrown != null || !next()) {
                return;
            }
        }
        Arrays.fill(decided, false);
        decidedCount = 0;
    }

    /** The next combination of the units that were read. */
    private boolean next() {
        while (decidedCount > 0) {
            int unit = order[decidedCount - 1];
            if (current[unit] + 1 < units.get(unit).contents()) {
                set(unit, current[unit] + 1);
                return true;
            }
            set(unit, 0);
            decided[unit] = false;
            decidedCount--;
        }
        return false;
    }

    private void decideRead(boolean all) {
        if (all || access.untracked()) {
            for (int unit = 0; unit < units.size(); unit++) {
                decide(unit);
            }
            return;
        }
        for (int i = 0; i < access.readCount() && decidedCount < units.size(); i++) {
            int unit = unitOf(access.read(i));
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

    /** By binary search: units are in the order of their lines. */
    private int unitOf(int line) {
        int low = 0;
        int high = units.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Unit unit = units.get(middle);
            if (line < unit.line(0)) {
                high = middle - 1;
            } else if (line > unit.line(unit.lineCount() - 1)) {
                low = middle + 1;
            } else {
                return middle;
            }
        }
        return -1;
    }

    private void sample(long limit) {
        for (long i = 0; i < limit && thrown == null; i++) {
            int style = random.nextInt(4);
            for (int unit = 0; unit < units.size(); unit++) {
                Unit choice = units.get(unit);
                boolean drawn = style == 0 || random.nextInt(8) == 0;
                set(unit, drawn ? random.nextInt(choice.contents()) : style == 1 ? 0 : choice.latest());
            }
            if (look()) {
                covered = covered.add(BigInteger.ONE);
            }
        }
    }

    private void set(int unit, int content) {
        if (current[unit] != content) {
            hash += units.get(unit).hash(content) - units.get(unit).hash(current[unit]);
            current[unit] = content;
            units.get(unit).writeTo(memory, content);
        }
    }

    /** Has the checker look at the image, unless it has done so. */
    private boolean look() {
        if (!checked.add(LineHash.mix(hash + moment.epoch()))) {
            access.begin();
            if (units.isEmpty()) {
                return false;
            }
        }
        distinct.add(hash);
        explored++;
        thrown = check();
        return true;
    }

    private @Nullable Throwable check() {
        access.begin();
        try {
            checker.check(image);
            return null;
        } catch (Throwable e) {
            return e;
        } finally {
            access.restore();
        }
    }

    /** Takes single deviations back while the image is still refused: towards everything, or towards nothing. */
    private void simplify() {
        int[] found = current.clone();
        int[] missing = towards(found, true);
        int[] present = towards(found, false);
        missingSet = deviations(missing, true) <= deviations(present, false);
        simplest = missingSet ? missing : present;
        for (int unit = 0; unit < units.size(); unit++) {
            set(unit, simplest[unit]);
        }
        Throwable again = check();
        thrown = again != null ? again : thrown;
    }

    private boolean missingSet;
    private int[] simplest = new int[0];

    private int[] towards(int[] found, boolean everything) {
        for (int unit = 0; unit < units.size(); unit++) {
            set(unit, found[unit]);
        }
        for (int unit = 0; unit < units.size(); unit++) {
            int before = current[unit];
            set(unit, everything ? units.get(unit).latest() : 0);
            if (current[unit] != before && check() == null) {
                set(unit, before);
            }
        }
        return current.clone();
    }

    private int deviations(int[] contents, boolean everything) {
        int count = 0;
        for (int unit = 0; unit < contents.length; unit++) {
            count += contents[unit] == (everything ? units.get(unit).latest() : 0) ? 0 : 1;
        }
        return count;
    }

    @Nullable Violation violation(Trace trace) {
        Throwable found = thrown;
        if (found == null) {
            return null;
        }
        List<Violation.Line> lines = new ArrayList<>();
        for (int i = 0; i < simplest.length; i++) {
            Unit unit = units.get(i);
            if (simplest[i] != (missingSet ? unit.latest() : 0)) {
                long flat = (long) unit.line(0) * FlatMemory.LINE_BYTES;
                Region region = trace.regionAt(flat);
                List<Event.Store> lost = simplest[i] == unit.latest() ? List.of() : unit.pending();
                List<Event.Store> kept = simplest[i] == unit.latest() ? unit.pending() : List.of();
                lines.add(new Violation.Line(region.name(), flat - region.startBytes(), lost, kept));
            }
        }
        return new Violation(moment.event(), found, missingSet, lines);
    }

    /** The persisted lines beneath the units. */
    private long[] save() {
        int count = units.stream().mapToInt(Unit::lineCount).sum();
        long[] saved = new long[count * FlatMemory.LINE_WORDS];
        int at = 0;
        hash = memory.persistedHash();
        for (Unit unit : units) {
            for (int i = 0; i < unit.lineCount(); i++) {
                memory.read(unit.line(i), saved, at);
                hash -= LineHash.of(unit.line(i), saved, at);
                at += FlatMemory.LINE_WORDS;
            }
            hash += unit.hash(0);
            unit.writeTo(memory, 0);
        }
        return saved;
    }

    private void restore(long[] saved) {
        int at = 0;
        for (Unit unit : units) {
            for (int i = 0; i < unit.lineCount(); i++) {
                memory.write(unit.line(i), saved, at);
                at += FlatMemory.LINE_WORDS;
            }
        }
    }
}
