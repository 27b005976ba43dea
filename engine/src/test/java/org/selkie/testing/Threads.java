// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Threads of a test, whose failures are the test's and which do not wait for ever. */
public final class Threads implements AutoCloseable {

    private final ExecutorService executor = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().daemon().factory());
    private final List<Future<?>> tasks = new ArrayList<>();

    /** What a thread does; it may throw. */
    @FunctionalInterface
    public interface Task {
        void run() throws Exception;
    }

    public void start(Task task) {
        tasks.add(executor.submit(() -> {
            task.run();
            return null;
        }));
    }

    /** Waits for all that were started, and fails as the first that failed. */
    public void await(long seconds) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        for (Future<?> task : tasks) {
            try {
                task.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (ExecutionException e) {
                throw new AssertionError("a thread failed: " + e.getCause(), e.getCause());
            } catch (TimeoutException e) {
                throw new AssertionError("threads did not end within " + seconds + " s:" + stacks(), e);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        tasks.clear();
    }

    private static String stacks() {
        StringBuilder text = new StringBuilder();
        Thread.getAllStackTraces().forEach((thread, stack) -> {
            if (stack.length > 0 && List.of(stack).toString().contains("org.selkie")) {
                text.append("\n").append(thread.getName());
                for (int i = 0; i < Math.min(10, stack.length); i++) {
                    text.append("\n    ").append(stack[i]);
                }
            }
        });
        return text.toString();
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
