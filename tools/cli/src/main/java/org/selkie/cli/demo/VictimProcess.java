// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.demo;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The parent's side of an {@link AppendingProcess}: starts it, takes its reports, and kills it. */
final class VictimProcess implements AutoCloseable {
    /** 128 + SIGKILL. */
    static final int KILLED_STATUS = 137;

    private static final int PIPE_BUFFER_BYTES = 256 * 1024;
    private static final int MOST_SAID_BYTES = 4096;
    private static final long START_SECONDS = 60;

    private final Process process;
    private final Acknowledgements acknowledgements;
    private final CountDownLatch firstAcknowledgement = new CountDownLatch(1);
    private final Thread listener;
    private final Thread sayings;
    private volatile String said = "";
    private volatile Report.@Nullable Ready ready;
    private volatile Report.@Nullable Measured measured;
    private volatile @Nullable String failure;
    private volatile boolean full;

    VictimProcess(Path pool, DemoPlan plan, int round) throws IOException {
        this.acknowledgements = new Acknowledgements(plan.threads());
        this.process = new ProcessBuilder(command(pool, plan, round)).start();
        this.listener = Thread.ofPlatform().daemon().name("demo-reports").start(this::listen);
        this.sayings = Thread.ofPlatform().daemon().name("demo-stderr").start(this::takeDown);
    }

    private static List<String> command(Path pool, DemoPlan plan, int round) {
        List<String> command = new ArrayList<>(List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            // Standard output carries the reports alone.
            "-XX:+DisplayVMOutputToStderr",
            "-cp", System.getProperty("java.class.path"),
            AppendingProcess.class.getName()));
        command.addAll(AppendingProcess.arguments(pool, plan, round));
        return command;
    }

    private void listen() {
        try (DataInputStream in = new DataInputStream(
                new BufferedInputStream(process.getInputStream(), PIPE_BUFFER_BYTES))) {
            while (true) {
                take(Report.read(in));
            }
        } catch (EOFException e) {
            // It is dead; a report that is cut off was not made.
        } catch (IOException | IllegalStateException e) {
            failure = "its reports make no sense: " + e.getMessage();
        } finally {
            firstAcknowledgement.countDown();
        }
    }

    private void take(Report report) {
        switch (report) {
            case Report.Ready got -> ready = got;
            case Report.Acknowledged acknowledged -> {
                acknowledgements.add(acknowledged);
                firstAcknowledgement.countDown();
            }
            case Report.Measured now -> measured = now;
            case Report.Full none -> full = true;
            case Report.Failed failed -> failure = failed.message();
        }
    }

    private void takeDown() {
        try (InputStream err = process.getErrorStream()) {
            said = new String(err.readNBytes(MOST_SAID_BYTES), StandardCharsets.UTF_8);
            err.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            said = "its standard error could not be read: " + e.getMessage();
        }
    }

    /** Waits until records are being acknowledged. */
    void awaitFirstAcknowledgement() throws InterruptedException {
        if (!firstAcknowledgement.await(START_SECONDS, TimeUnit.SECONDS)) {
            throw new DemoFailedException("the appending process acknowledged nothing for " + START_SECONDS + " s" + saying());
        }
    }

    /** Whether there is a reason to kill it before its time: no room, a failure, or it is dead already. */
    boolean isStuck(long mostBytes) {
        return full || failure != null || !process.isAlive() || acknowledgements.highestPosition() >= mostBytes;
    }

    /**
     * Kills it with SIGKILL and takes in what still stands in the pipe: it was acknowledged before.
     *
     * @throws DemoFailedException if it was not alive, or not well, until then
     */
    void kill() throws InterruptedException {
        boolean alive = process.isAlive();
        process.toHandle().destroyForcibly();
        int status = process.waitFor();
        listener.join();
        sayings.join();
        String reason = failure;
        if (reason != null) {
            throw new DemoFailedException(reason);
        }
        if (!alive || status != KILLED_STATUS) {
            throw new DemoFailedException("the appending process ended by itself with status " + status + saying());
        }
    }

    private String saying() {
        String text = said.strip();
        return text.isEmpty() ? "" : ": " + text;
    }

    /** For any thread; complete after {@link #kill}. */
    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    Report.@Nullable Ready ready() {
        return ready;
    }

    Report.@Nullable Measured measured() {
        return measured;
    }

    /** Ends it in any case. */
    @Override
    public void close() {
        process.toHandle().destroyForcibly();
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
