// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.util.Locale;
import java.util.SplittableRandom;
import org.selkie.kv.KvStore;

/** What is done to a store before the power goes. Small, so that much of what crashes leave can be looked at. */
enum StoreWorkload {

    PUTS_AND_DELETES(3) {
        @Override
        void run(StoreSession session) {
            session.within(store -> together(session, 3, (owner, random) -> {
                for (int i = 0; i < 6; i++) {
                    session.put(store, owner, random, random.nextInt(200));
                    if (random.nextInt(2) == 0) {
                        session.delete(store, owner, random);
                    }
                }
            }));
        }
    },
    BATCHES(3) {
        @Override
        void run(StoreSession session) {
            session.within(store -> together(session, 2, (owner, random) -> {
                session.batch(store, owner, random, 10, 100, 0);
                session.put(store, owner, random, 80);
                session.batch(store, owner, random, 300, 5, 60);
                session.delete(store, owner, random);
                session.batch(store, owner, random, 40, 40, 40, 40);
            }));
        }
    },
    /** Moves, trims, and extents that are used again. */
    COMPACTION(5) {
        @Override
        void run(StoreSession session) {
            session.within(store -> {
                SplittableRandom random = session.random();
                for (int i = 0; i < 3; i++) {
                    fillAnExtent(session, store, random);
                    session.delete(store, 0, random);
                    store.compact();
                    session.put(store, 0, random, 50);
                }
            });
        }
    },
    COMPACTION_BESIDE_WRITERS(6) {
        @Override
        void run(StoreSession session) {
            session.within(store -> {
                fillAnExtent(session, store, session.random());
                together(session, 2, (owner, random) -> {
                    if (owner == 0) {
                        store.compact();
                    }
                    for (int i = 0; i < 4; i++) {
                        session.put(store, owner, random, random.nextInt(300));
                        session.batch(store, owner, random, 40, 40);
                    }
                });
            });
        }
    },
    BACKUP(4) {
        @Override
        void run(StoreSession session) {
            session.within(store -> together(session, 2, (owner, random) -> {
                for (int i = 0; i < 4; i++) {
                    session.put(store, owner, random, random.nextInt(200));
                    session.batch(store, owner, random, 30, 60);
                    if (owner == 0 && i % 2 == 1) {
                        session.backup(store);
                    }
                }
            }));
        }
    },
    /** Closed with its index behind the records, and opened by that: after changes, after none, and after a compaction. */
    CHECKPOINT(6) {
        @Override
        void run(StoreSession session) {
            SplittableRandom random = session.random();
            session.within(store -> fillAnExtent(session, store, random));
            session.within(store -> session.batch(store, 0, random, 100, 0, 50));
            session.within(store -> { });
            // A hole where the index stood last, and behind it what was acknowledged.
            session.within(store -> together(session, 3, (owner, own) -> session.put(store, owner, own, 40)));
            session.within(store -> {
                session.delete(store, 0, random);
                store.compact();
                session.put(store, 0, random, 30);
            });
        }
    },
    /** Closed cleanly and opened again, and compacted in between. */
    REOPENING(5) {
        @Override
        void run(StoreSession session) {
            for (int round = 0; round < 3; round++) {
                session.within(store -> {
                    session.put(store, 0, session.random(), 20_000);
                    session.batch(store, 0, session.random(), 9_000, 70, 20_000);
                    session.delete(store, 0, session.random());
                    store.compact();
                });
            }
        }
    },
    /** Closed with its index; then what is written right behind that is overtaken. */
    OVERTAKEN_BEHIND_THE_INDEX(4) {
        @Override
        void run(StoreSession session) {
            SplittableRandom random = session.random();
            session.within(store -> fillAnExtent(session, store, random));
            session.within(store -> {
                SplittableRandom own = random.split();
                session.overtake(() -> session.put(store, 1, own, 7_000), () -> session.put(store, 0, random, 20));
            });
        }
    };

    private final int extents;

    StoreWorkload(int extents) {
        this.extents = extents;
    }

    /** How many extents the pool may have. */
    int extents() {
        return extents;
    }

    abstract void run(StoreSession session);

    @Override
    public String toString() {
        return "store, " + name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static void fillAnExtent(StoreSession session, KvStore store, SplittableRandom random) {
        for (int i = 0; i < 9; i++) {
            session.put(store, 0, random, 7_000 + random.nextInt(1_000));
        }
    }

    private static void together(StoreSession session, int threads, LogWorkload.Work work) {
        LogWorkload.together(threads, session.random(), work);
    }
}
