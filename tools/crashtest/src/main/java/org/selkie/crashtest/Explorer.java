// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.model.CrashCase;
import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

/** Has threads look at the images of a trace, and watches them. */
final class Explorer {

    /** How often what is left of the budget goes to what is not complete. */
    private static final int ROUNDS = 3;
    private static final long POLL_MILLIS = 20;
    private static final long PROGRESS_NANOS = 1_000_000_000L;
    private static final long LEAST_TIME_TO_STOP_NANOS = 2_000_000_000L;

    private final Trace trace;
    private final Settings settings;
    private final Examiner<?> examiner;
    private final Explanation explanation;
    private final Tally tally = new Tally();
    private final List<Violation> violations = new CopyOnWriteArrayList<>();
    private final long start = System.nanoTime();
    private final Plan plan;
    private volatile @Nullable Throwable failure;

    Explorer(Trace trace, Settings settings, Examiner<?> examiner) {
        this.trace = trace;
        this.settings = settings;
        this.examiner = examiner;
        explanation = new Explanation(trace, settings);
        plan = Plan.of(trace, settings);
        if (plan.points() == 0) {
            throw new TraceException("onlyBefore(): the trace has " + trace.events().size() + " events, and no crash point "
                    + "comes before one of those that were given; give other events, or points(EVERY_EVENT)");
        }
    }

    Report run() {
        // Within bounds there is nothing more to see the second time.
        int rounds = settings.isBounded() ? 1 : ROUNDS;
        for (int round = 0; round < rounds && !tally.ended && !isTimeUp(); round++) {
            if (!plan.share(settings.budget - tally.explored.get(), settings.seed)) {
                break;
            }
            round(round);
        }
        Throwable failed = failure;
        if (failed instanceof UnusableStateException) {
            throw new TraceException("explore(): " + failed.getMessage(), failed);
        }
        if (failed != null) {
            throw new TraceException("explore() failed: " + failed, failed);
        }
        if (tally.explored.get() == 0) {
            throw new TraceException("explore() ended before the first of " + plan.points() + " crash points was looked at; give "
                    + "more than within(" + settings.within + ")");
        }
        List<Violation> sorted = violations.stream().sorted(Comparator.comparingInt(Violation::crashEvent)).toList();
        Report report = new Report(settings.model.name(), settings.seed, plan.points(), plan.possible(), plan.covered(),
                tally.explored.get(), tally.inRecovery.get(), tally.distinct.size(), examiner.states(),
                Duration.ofNanos(System.nanoTime() - start), sorted);
        if (violations.isEmpty()) {
            requireSense();
        }
        if (settings.directory != null) {
            report.saveTo(settings.directory);
        }
        return report;
    }

    /** Nothing was found, and that means nothing. */
    private void requireSense() {
        if (!tally.read) {
            throw new NothingReadException("explore() showed " + tally.explored.get() + " images, and neither recovery nor the"
                    + " checker read anything of any of them; recover from the image that the checker is given, with"
                    + " image.region(), image.memory(name) or image.buffer(name), not from the memory that the run stored to");
        }
        if (plan.points() > settings.budget && !settings.leavesOutPoints) {
            throw new TraceException("budget " + settings.budget + " is too small to reach the " + plan.points()
                    + " crash points of this run, at each of which at least one image must be checked; give at least "
                    + plan.points() + " with budget of Exploration or @CrashTest, or -Dselkie.crashtest.budget");
        }
    }

    private boolean isTimeUp() {
        return settings.within != null && System.nanoTime() - start > settings.within.toNanos();
    }

    private void round(int round) {
        List<Worker> workers = new ArrayList<>();
        AtomicInteger next = new AtomicInteger();
        for (int i = 0; i < settings.threads; i++) {
            workers.add(new Worker(round, i, next));
        }
        workers.forEach(worker -> worker.thread.start());
        new Watch(workers).untilAllEnd();
    }

    /** A thread with a workspace of its own. */
    private final class Worker implements Runnable {

        final Thread thread;
        final Workspace.Watched watched = new Workspace.Watched(settings.timeLimit);
        volatile int pointsDone;
        private final int round;
        /** The first crash point that nobody has taken. */
        private final AtomicInteger next;

        Worker(int round, int number, AtomicInteger next) {
            this.round = round;
            this.next = next;
            thread = Thread.ofPlatform().name("crash-explorer-" + number).daemon().unstarted(this);
            thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
        }

        @Override
        public void run() {
            try {
                explore();
            } catch (Throwable e) {
                failure = e;
                tally.ended = true;
            }
        }

        private void explore() {
            Workspace workspace = new Workspace(trace, watched);
            Moment.Tracker tracker = new Moment.Tracker(trace);
            Examination examination = examiner.examination(tally);
            int[] point = {-1};
            CrashWalk.each(trace, settings, workspace.memory, (event, cases) -> {
                int current = ++point[0];
                pointsDone = current;
                // Whoever comes first takes it. All come by in order, so nobody finds one that was left out.
                if (next.compareAndSet(current, current + 1) && plan.limit(current) > 0) {
                    at(current, tracker.before(event), cases.get(), workspace, examination);
                }
                return !tally.ended;
            });
        }

        private void at(int point, Moment moment, List<CrashCase> cases, Workspace workspace, Examination examination) {
            long left = plan.limit(point);
            Plan.Coverage coverage = new Plan.Coverage();
            BigInteger needed = CrashCase.possible(cases);
            for (int i = 0; i < cases.size() && left > 0 && !tally.ended; i++) {
                CrashCase choices = cases.get(i);
                // What does not suffice for all is shared by the cases that are left.
                boolean enough = needed.compareTo(BigInteger.valueOf(left)) <= 0;
                Search search = new Search(choices, moment, workspace, examination, tally,
                        settings.seed * 31 + moment.event() + round * 1_000_003L);
                search.run(enough ? left : Math.max(1, left / (cases.size() - i)), settings, explanation);
                left -= search.explored();
                needed = needed.subtract(choices.possible());
                coverage.add(search.covered());
                Violation violation = search.violation();
                if (violation != null) {
                    found(violation);
                    plan.close(point);
                    break;
                }
            }
            plan.covered(point, coverage);
        }
    }

    private void found(Violation violation) {
        violations.add(violation);
        if (violations.size() >= settings.violations) {
            tally.ended = true;
        }
    }

    /** Looks after the workers: their time limit, the exploration's, and who wants to know how far it is. */
    private final class Watch {

        private final List<Worker> workers;
        private final long[] examination;
        private final long[] since;
        private final boolean[] warned;
        private long told = System.nanoTime();

        Watch(List<Worker> workers) {
            this.workers = workers;
            examination = new long[workers.size()];
            since = new long[workers.size()];
            warned = new boolean[workers.size()];
        }

        void untilAllEnd() {
            boolean alive = true;
            while (alive) {
                alive = false;
                for (int i = 0; i < workers.size(); i++) {
                    alive |= workers.get(i).thread.isAlive() && !abandoned(i);
                }
                if (alive) {
                    pause();
                }
                long now = System.nanoTime();
                if (isTimeUp()) {
                    tally.ended = true;
                }
                if (now - told > PROGRESS_NANOS) {
                    told = now;
                    settings.progress.accept(new Progress(tally.explored.get(), settings.budget,
                            workers.stream().mapToInt(worker -> worker.pointsDone).max().orElse(0), plan.points(),
                            violations.size(), Duration.ofNanos(now - start)));
                }
            }
        }

        private void pause() {
            try {
                workers.getFirst().thread.join(POLL_MILLIS);
                if (!workers.getFirst().thread.isAlive() && workers.size() > 1) {
                    Thread.sleep(POLL_MILLIS);
                }
            } catch (InterruptedException e) {
                tally.ended = true;
                Thread.currentThread().interrupt();
                throw new TraceException("explore() was interrupted after " + tally.explored.get() + " images", e);
            }
        }

        /** Whether a worker hangs for good: it was told to stop and did not. */
        private boolean abandoned(int i) {
            Worker worker = workers.get(i);
            long now = System.nanoTime();
            long current = worker.watched.examination();
            if (current != examination[i]) {
                examination[i] = current;
                since[i] = now;
                warned[i] = false;
                return false;
            }
            long limit = settings.timeLimit.toNanos();
            if ((current & 1) == 0 || now - since[i] < limit) {
                return false;
            }
            if (!warned[i]) {
                warned[i] = true;
                worker.watched.expire(current, worker.thread);
                return false;
            }
            // A thread that was told to stop needs a processor to do so, and on a busy machine it may have to wait for one.
            if (now - since[i] < limit + Math.max(limit, LEAST_TIME_TO_STOP_NANOS)) {
                return false;
            }
            Search search = worker.watched.search;
            if (search != null && !tally.ended) {
                violations.add(search.abandoned(explanation));
            }
            tally.ended = true;
            return true;
        }
    }
}
