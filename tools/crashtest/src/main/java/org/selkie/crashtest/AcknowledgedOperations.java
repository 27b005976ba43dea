// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import org.selkie.crashtest.trace.Operation;

/**
 * The ready oracle: what was acknowledged is recovered, what was in flight may be, and nothing else is there.
 *
 * <p>That recovery is idempotent, also when it is interrupted, {@link Exploration#explore(Recovery, StateChecker)} sees to.
 */
public final class AcknowledgedOperations {

    /** Orders that are tried of operations that overlapped. */
    private static final int MOST_ORDERS = 100_000;

    private AcknowledgedOperations() {
    }

    /**
     * For what keeps a sequence, such as a log or a queue that is only put to. Recovered is the list of what is there; each
     * operation's description is what it puts. Every acknowledged one is there once, an operation that began after another
     * was acknowledged comes behind it, and of those in flight on one thread there is a prefix: no holes.
     */
    public static <T> StateChecker<List<T>> inOrder() {
        return (recovered, image) -> new Sequence(recovered, image).check();
    }

    /**
     * For any structure with a model: the recovered state is what the acknowledged operations lead to, and with them any of
     * those in flight, in an order in which they can have happened.
     *
     * @param initial before the first operation
     * @param apply   gives the state after an operation, and leaves the one before as it is
     */
    public static <S> StateChecker<S> applied(S initial, BiFunction<S, Operation, S> apply) {
        return (recovered, image) -> new Orders<>(recovered, image, apply).check(initial);
    }

    private static final class Sequence {

        private final List<?> recovered;
        private final CrashImage image;
        /** Which operation each recovered element is of. */
        private final List<Operation> found = new ArrayList<>();
        private final Set<Operation> there = new HashSet<>();

        Sequence(List<?> recovered, CrashImage image) {
            this.recovered = recovered;
            this.image = image;
        }

        void check() {
            identify();
            for (Operation operation : image.acknowledged()) {
                if (!there.contains(operation)) {
                    throw new AssertionError("acknowledged and lost: " + operation + "; recovered " + recovered);
                }
            }
            Map<Integer, Operation> absent = new HashMap<>();
            for (Operation operation : image.inFlight()) {
                if (!there.contains(operation)) {
                    absent.putIfAbsent(operation.thread(), operation);
                } else if (absent.containsKey(operation.thread())) {
                    throw new AssertionError("a hole: " + operation + " is there, and " + absent.get(operation.thread())
                            + ", which the same thread began before it, is not; recovered " + recovered);
                }
            }
            int latestBegin = -1;
            for (Operation operation : found) {
                boolean acknowledged = !image.inFlight().contains(operation);
                if (acknowledged && image.acknowledgedAt(operation) < latestBegin) {
                    throw new AssertionError("out of order: " + operation + " was acknowledged before the one in front of it "
                            + "began; recovered " + recovered);
                }
                latestBegin = Math.max(latestBegin, operation.beganAt());
            }
        }

        /** Equal elements are of the acknowledged operations first, in their order. */
        private void identify() {
            Map<Object, List<Operation>> candidates = new HashMap<>();
            for (List<Operation> operations : List.of(image.acknowledged(), image.inFlight())) {
                operations.forEach(operation -> candidates.computeIfAbsent(operation.description(), key -> new ArrayList<>())
                        .add(operation));
            }
            for (Object element : recovered) {
                List<Operation> operations = candidates.get(element);
                if (operations == null) {
                    throw new AssertionError("nobody has put " + element + " by then; recovered " + recovered + ", acknowledged "
                            + image.acknowledged() + ", in flight " + image.inFlight());
                }
                if (operations.isEmpty()) {
                    throw new AssertionError(element + " is there more often than it was put; recovered " + recovered);
                }
                Operation operation = operations.removeFirst();
                found.add(operation);
                there.add(operation);
            }
        }
    }

    /** Tries the orders in which operations can have happened. */
    private static final class Orders<S> {

        private final S recovered;
        private final CrashImage image;
        private final BiFunction<S, Operation, S> apply;
        private final List<Operation> acknowledged;
        private final boolean[] acknowledgedDone;
        private final boolean[] inFlightDone;
        /** For each acknowledged operation the earliest beginning among those behind it. */
        private final int[] earliestBehind;
        private int first;
        private int tried;

        Orders(S recovered, CrashImage image, BiFunction<S, Operation, S> apply) {
            this.recovered = recovered;
            this.image = image;
            this.apply = apply;
            acknowledged = image.acknowledged();
            acknowledgedDone = new boolean[acknowledged.size()];
            inFlightDone = new boolean[image.inFlight().size()];
            earliestBehind = new int[acknowledged.size()];
            int earliest = Integer.MAX_VALUE;
            for (int i = earliestBehind.length - 1; i >= 0; i--) {
                earliestBehind[i] = earliest;
                earliest = Math.min(earliest, acknowledged.get(i).beganAt());
            }
        }

        void check(S initial) {
            if (!leads(initial, acknowledged.size())) {
                throw new AssertionError(tried >= MOST_ORDERS
                        ? "too many operations overlap: none of " + MOST_ORDERS + " orders leads to " + recovered
                        : "recovered " + recovered + ", to which no order leads of all acknowledged operations " + acknowledged
                                + " and some of those in flight " + image.inFlight());
            }
        }

        private boolean leads(S state, int left) {
            S now = state;
            int from = first;
            List<Integer> forced = new ArrayList<>();
            // While there is only one operation that can be next, there is nothing to try.
            while (left - forced.size() > 0 && onlyNext() >= 0) {
                int next = onlyNext();
                now = apply.apply(now, acknowledged.get(next));
                acknowledgedDone[next] = true;
                forced.add(next);
                advance();
            }
            boolean found = choose(now, left - forced.size());
            forced.forEach(next -> acknowledgedDone[next] = false);
            first = from;
            return found;
        }

        private void advance() {
            while (first < acknowledgedDone.length && acknowledgedDone[first]) {
                first++;
            }
        }

        /** They are in the order of acknowledgement: whatever began after that of the first one left cannot be next. */
        private boolean canBeNext(Operation operation) {
            return first == acknowledged.size() || operation.beganAt() < image.acknowledgedAt(acknowledged.get(first));
        }

        private int onlyNext() {
            for (int i = 0; i < inFlightDone.length; i++) {
                if (!inFlightDone[i] && canBeNext(image.inFlight().get(i))) {
                    return -1;
                }
            }
            if (earliestBehind[first] >= image.acknowledgedAt(acknowledged.get(first))) {
                return first;
            }
            for (int i = first + 1; i < acknowledgedDone.length; i++) {
                if (!acknowledgedDone[i] && canBeNext(acknowledged.get(i))) {
                    return -1;
                }
            }
            return first;
        }

        private boolean choose(S state, int left) {
            if (left == 0 && Objects.equals(state, recovered)) {
                return true;
            }
            if (tried++ >= MOST_ORDERS) {
                return false;
            }
            for (int i = first; i < acknowledgedDone.length; i++) {
                if (!acknowledgedDone[i] && canBeNext(acknowledged.get(i))) {
                    S after = apply.apply(state, acknowledged.get(i));
                    acknowledgedDone[i] = true;
                    int from = first;
                    advance();
                    boolean found = leads(after, left - 1);
                    first = from;
                    acknowledgedDone[i] = false;
                    if (found) {
                        return true;
                    }
                }
            }
            for (int i = 0; i < inFlightDone.length; i++) {
                Operation operation = image.inFlight().get(i);
                if (!inFlightDone[i] && canBeNext(operation)) {
                    inFlightDone[i] = true;
                    boolean found = leads(apply.apply(state, operation), left);
                    inFlightDone[i] = false;
                    if (found) {
                        return true;
                    }
                }
            }
            return false;
        }
    }
}
