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
                Log log = session.log(pool, LogOptions.forSingleWriter());
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
                Log log = session.log(pool);
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
                Log log = session.log(pool);
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
                Log log = session.log(pool);
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
                Log log = session.log(pool);
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
                Log log = session.log(pool);
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
                Log log = session.log(pool);
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
                    Log log = session.log(pool, i == 1 ? LogOptions.forSingleWriter() : LogOptions.defaults());
                    session.append(log, session.random(), 60 + i);
                    session.batch(log, session.random(), 30, 70);
                });
            }
        }
    },
    /** Opened and closed, and no log in it. */
    UNUSED(2) {
        @Override
        void run(LogSession session) {
            session.within(pool -> { });
        }
    },
    /** A record with its beginning and its end on two pages is overtaken by one on a third. Zeros: it lacks its end alone. */
    HOLE(3) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = session.log(pool);
                session.overtake(() -> session.append(log, new byte[2 * PAGE_BYTES - RECORD_OVERHEAD_BYTES]),
                        () -> session.append(log, session.random(), 20));
                session.append(log, session.random(), 50);
            });
        }
    },
    /** Members of one line each, the first one on another page than the others. */
    SHORT_MEMBERS(3) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = session.log(pool);
                session.append(log, new byte[PAGE_BYTES - LINE_BYTES - RECORD_OVERHEAD_BYTES]);
                session.batch(log, session.random(), 20, 20, 20);
                session.append(log, session.random(), 30);
            });
        }
    },
    /** Closed and opened again. Then the last line of a page is claimed, and overtaken by a record on the next. */
    HOLE_AT_THE_END(3) {
        @Override
        void run(LogSession session) {
            session.within(pool -> session.append(session.log(pool),
                    new byte[PAGE_BYTES - LINE_BYTES - RECORD_OVERHEAD_BYTES]));
            session.within(pool -> {
                Log log = session.log(pool);
                session.overtake(() -> session.append(log, session.random().split(), 20),
                        () -> session.append(log, new byte[100]));
            });
        }
    },
    /** The thread that rolled over is overtaken by one that vouches for all before it. */
    OVERTAKEN_ROLL_OVER(4) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = session.log(pool);
                session.append(log, new byte[40_000]);
                session.append(log, new byte[15_000]);
                session.overtake(() -> session.append(log, new byte[8_000]), () -> {
                    log.reader().seekToEnd();
                    session.append(log, session.random(), 20);
                });
            });
        }
    },
    /** Another thread's payload cannot be read, and the next record vouches for its place. */
    UNREADABLE_PAYLOAD(3) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = session.log(pool);
                session.append(log, session.random(), 20);
                elsewhere(() -> session.appendUnreadable(log, 300));
                log.reader().seekToEnd();
                session.append(log, session.random(), 20);
            });
        }
    },
    /** Trimmed twice within an extent: one mark is overwritten by the next but one. */
    MARKED_TWICE(2) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = session.log(pool);
                for (int i = 0; i < 3; i++) {
                    session.append(log, session.random(), 20);
                }
                session.trim(log, 2);
                session.trim(log, 1);
            });
        }
    },
    /** An extent with records is given back, and to the log again. */
    USED_AGAIN(3) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = session.log(pool);
                for (int i = 0; i < 9; i++) {
                    session.append(log, new byte[20_000]);
                    if (i == 5) {
                        session.trim(log, 1);
                    }
                }
            });
        }
    },
    /** Trimmed by a thread that does nothing else, and closed by another one. */
    TRIMMED_ELSEWHERE(4) {
        @Override
        void run(LogSession session) {
            session.within(pool -> {
                Log log = session.log(pool);
                for (int i = 0; i < 6; i++) {
                    session.append(log, new byte[20_000]);
                    if (i == 1) {
                        // Within the first extent, which stays.
                        session.trim(log, 1);
                    }
                }
                session.trim(log, 2, LogWorkload::elsewhere);
            });
        }
    };

    private static final int PAGE_BYTES = 4096;
    private static final int LINE_BYTES = 64;
    private static final int RECORD_OVERHEAD_BYTES = 28;

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

    /** Has another thread do something, and waits for it. */
    private static void elsewhere(Runnable work) {
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            await(List.of(executor.submit(work)));
        }
    }

    private static void await(List<Future<?>> running) {
        try {
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
            await(running);
        }
    }
}
