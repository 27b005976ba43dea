// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.selkie.fault.SelkieException;

/** The threads that open a store together. */
final class OpeningCrew implements AutoCloseable {

    private static final int MOST_THREADS = 8;
    /** For less than this a thread is not worth starting. */
    private static final long BYTES_A_THREAD = 8 << 20;

    private final int threads;
    private final ExecutorService crew;

    /** As many as so many bytes are worth. */
    OpeningCrew(long bytes) {
        threads = Math.clamp(bytes / BYTES_A_THREAD, 1, Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()));
        crew = Executors.newFixedThreadPool(threads, Thread.ofPlatform().daemon().name("selkie-replay-", 0).factory());
    }

    int threads() {
        return threads;
    }

    /** Does all of it. Returns false if one did, or met something that only {@link Replay} can judge. */
    boolean all(List<? extends Callable<Boolean>> work) {
        try {
            boolean all = true;
            for (Future<Boolean> done : crew.invokeAll(work)) {
                all &= done.get();
            }
            return all;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SelkieException) {
                // Replay meets it again, and says where.
                return false;
            }
            throw new IllegalStateException("opening a store failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        crew.close();
    }
}
