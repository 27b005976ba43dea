// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.selkie.log.Claim;
import org.selkie.log.Log;
import org.selkie.log.LogOptions;

/** What is done to a log before the power goes. Small, so that much of what crashes leave can be looked at. */
enum LogWorkload {

    SINGLE_WRITER(3) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = pool.log(Recovered.LOG, LogOptions.forSingleWriter());
                for (int lengthBytes : new int[] {0, 20, 36, 37, 100, 1, 300, 64}) {
                    session.append(log, session.random(), lengthBytes);
                }
            });
        }
    },
    SEVERAL_WRITERS(3) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = pool.log(Recovered.LOG);
                together(session, 3, random -> {
                    for (int i = 0; i < 5; i++) {
                        session.append(log, random, random.nextInt(250));
                    }
                });
            });
        }
    },
    CLAIMS(3) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = pool.log(Recovered.LOG);
                together(session, 2, random -> {
                    session.claim(log, random, 200, 200);
                    session.claim(log, random, 300, 17);
                    try (Claim aborted = log.claim(100)) {
                        aborted.segment().fill((byte) 7);
                        aborted.abort();
                    }
                    session.claim(log, random, 100, 0);
                    session.claim(log, random, 120, 90);
                });
            });
        }
    },
    BATCHES(3) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = pool.log(Recovered.LOG);
                together(session, 2, random -> {
                    session.batch(log, random, 10, 100, 0);
                    session.append(log, random, 80);
                    session.batch(log, random, 300, 5);
                    session.batch(log, random, 40, 40, 40, 40);
                });
            });
        }
    },
    ROLL_OVER(4) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = pool.log(Recovered.LOG);
                together(session, 2, random -> {
                    for (int i = 0; i < 6; i++) {
                        session.append(log, random, 6_000 + random.nextInt(6_000));
                        session.batch(log, random, random.nextInt(50), random.nextInt(2_000));
                    }
                });
            });
        }
    },
    /** The pool is full most of the time: extents are used again, with what stood in them. */
    RECYCLING(3) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = pool.log(Recovered.LOG);
                for (int i = 0; i < 30; i++) {
                    session.append(log, session.random(), 4_000 + session.random().nextInt(4_000));
                    session.append(log, session.random(), session.random().nextInt(100));
                    if (i % 5 == 4) {
                        session.trim(log, 3);
                    }
                }
            });
        }
    },
    TRIM(4) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = pool.log(Recovered.LOG);
                for (int i = 0; i < 4; i++) {
                    session.batch(log, session.random(), 30, 30, 30);
                    session.append(log, session.random(), 20_000);
                    session.trim(log, 2 + i % 2);
                    session.append(log, session.random(), 50);
                }
                session.trim(log, 0);
                session.append(log, session.random(), 50);
            });
        }
    },
    /** Closed cleanly and opened again, with one writer and with several. */
    REOPENING(3) {
        @Override
        void run(LogSession session) {
            for (int round = 0; round < 3; round++) {
                int i = round;
                session.within(pool -> {
                    Log log = pool.log(Recovered.LOG, i == 1 ? LogOptions.forSingleWriter() : LogOptions.defaults());
                    session.append(log, session.random(), 60 + i);
                    session.batch(log, session.random(), 30, 70);
                });
            }
        }
    };

    private final int extents;

    LogWorkload(int extents) {
        this.extents = extents;
    }

    /** How many extents the pool may have. */
    int extents() {
        return extents;
    }

    abstract void run(LogSession session);

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Has threads do the same at once, each with random numbers of its own. */
    static void together(LogSession session, int threads, Consumer<SplittableRandom> work) {
        together(threads, session.random(), (_, own) -> work.accept(own));
    }

    /** What a thread does, given its number and random numbers of its own. */
    interface Work {
        void run(int thread, SplittableRandom own);
    }

    static void together(int threads, SplittableRandom random, Work work) {
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                SplittableRandom own = random.split();
                running.add(executor.submit(() -> work.run(thread, own)));
            }
            for (Future<?> one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
