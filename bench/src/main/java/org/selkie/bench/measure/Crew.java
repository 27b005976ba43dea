// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.measure;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.selkie.bench.Ceiling;

/** Threads that stay the same for a whole contest and start each piece of work together. */
final class Crew implements AutoCloseable {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What one thread does. */
    interface Part {
        void run(int thread) throws Exception;
    }

    /**
     * One piece of work.
     *
     * @param nanos          from the first thread's start to the last one's end
     * @param allocatedBytes on the heap, by all threads
     */
    record Lap(long nanos, long allocatedBytes) {
    }

    private record Stretch(long began, long ended, long allocatedBytes) {
    }

    private final List<ExecutorService> threads = new ArrayList<>();
    private final CyclicBarrier start;

    Crew(int size) {
        for (int i = 0; i < size; i++) {
            String name = "bench-" + i;
            int number = i;
            // Threads that are woken together for a millisecond are otherwise often left on one processor, and take turns.
            boolean pinned = size > 1 && size <= Runtime.getRuntime().availableProcessors();
            threads.add(Executors.newSingleThreadExecutor(work -> {
                Thread thread = new Thread(() -> {
                    if (pinned && !Ceiling.pinThread(number)) {
                        System.err.println("selkie bench: " + name + " could not be kept on one processor");
                    }
                    work.run();
                }, name);
                thread.setDaemon(true);
                return thread;
            }));
        }
        start = new CyclicBarrier(size);
    }

    /** All threads at once. What one of them throws is thrown. */
    Lap run(Part part) throws Exception {
        List<Future<Stretch>> stretches = new ArrayList<>();
        for (int i = 0; i < threads.size(); i++) {
            int thread = i;
            stretches.add(threads.get(i).submit(() -> stretch(part, thread)));
        }
        long began = Long.MAX_VALUE;
        long ended = Long.MIN_VALUE;
        long allocated = 0;
        for (Future<Stretch> each : stretches) {
            try {
                Stretch stretch = each.get();
                began = Math.min(began, stretch.began());
                ended = Math.max(ended, stretch.ended());
                allocated += stretch.allocatedBytes();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }
        return new Lap(ended - began, allocated);
    }

    private Stretch stretch(Part part, int thread) throws Exception {
        long allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
        if (threads.size() > 1) {
            try {
                start.await();
            } catch (BrokenBarrierException e) {
                throw new IllegalStateException("another thread of the crew was interrupted", e);
            }
            allocatedBefore = THREADS.getCurrentThreadAllocatedBytes();
        }
        long began = System.nanoTime();
        part.run(thread);
        long ended = System.nanoTime();
        return new Stretch(began, ended, THREADS.getCurrentThreadAllocatedBytes() - allocatedBefore);
    }

    @Override
    public void close() {
        threads.forEach(ExecutorService::shutdown);
    }
}
