// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import org.selkie.Pool;
import org.selkie.log.Log;

/** What becomes of a pool that was recovered. */
enum LogLife {

    /** The log is used on. */
    APPENDS {
        @Override
        void live(Pool pool, LogSession session) {
            Log log = session.log(pool);
            session.append(log, session.random(), 100);
            session.batch(log, session.random(), 30, 200);
        }
    },
    /** One line is written: where the log ends then, something of before the crash may stand. */
    ONE_LINE {
        @Override
        void live(Pool pool, LogSession session) {
            session.append(session.log(pool), session.random(), 20);
        }
    },
    /** Nobody opens the log before the pool is closed. */
    CLOSES {
        @Override
        void live(Pool pool, LogSession session) {
            // Recovered is recovered.
        }
    };

    abstract void live(Pool pool, LogSession session);
}
