// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.selkie.ImagePool;
import org.selkie.Pool;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.log.Batch;
import org.selkie.log.Claim;
import org.selkie.log.Log;
import org.selkie.log.LogOptions;
import org.selkie.log.LogReader;

/** A workload's way to a recorded pool: what it does is an operation, with a beginning and an acknowledgement. */
final class LogSession {

    private final ImagePool images;
    private final Recorder recorder;
    private final SplittableRandom random;
    private final Interleaving interleaving;
    private boolean logIsOpen;

    LogSession(ImagePool images, Recorder recorder, SplittableRandom random) {
        this.images = images;
        this.recorder = recorder;
        this.random = random;
        this.interleaving = new Interleaving(images.granularity());
    }

    ImagePool images() {
        return images;
    }

    Recorder recorder() {
        return recorder;
    }

    SplittableRandom random() {
        return random;
    }

    /** Opens the pool, and closes it. Other threads may have stores under way between a store and its fence. */
    void within(Consumer<Pool> work) {
        // Where the work fails the pool stays open: to close it could hide why.
        Pool pool = images.open(interleaving::betweenStoreAndFence);
        work.accept(pool);
        Operation closing = recorder.begin(new LogOracle.Closing(logIsOpen));
        logIsOpen = false;
        pool.close();
        recorder.acknowledge(closing);
    }

    /** The log, open until the pool is closed. */
    Log log(Pool pool, LogOptions options) {
        logIsOpen = true;
        return pool.log(Recovered.LOG, options);
    }

    Log log(Pool pool) {
        return log(pool, LogOptions.defaults());
    }

    /** Has another thread store a record, and this one go on before that record is durable. */
    void overtake(Runnable slow, Runnable meanwhile) {
        interleaving.overtake(slow, meanwhile, false);
    }

    static byte[] payload(SplittableRandom random, int lengthBytes) {
        byte[] payload = new byte[lengthBytes];
        random.nextBytes(payload);
        return payload;
    }

    /** Appends a record of random bytes. */
    void append(Log log, SplittableRandom own, int lengthBytes) {
        append(log, payload(own, lengthBytes));
    }

    /** Appends a record. */
    void append(Log log, byte[] payload) {
        Append append = new Append(List.of(payload));
        Operation operation = recorder.begin(append);
        append.at(log.append(append.payloads().getFirst()));
        recorder.acknowledge(operation);
    }

    /** Appends records together. */
    void batch(Log log, SplittableRandom own, int... lengthsBytes) {
        List<byte[]> payloads = new ArrayList<>();
        for (int lengthBytes : lengthsBytes) {
            payloads.add(payload(own, lengthBytes));
        }
        Append append = new Append(payloads);
        Operation operation = recorder.begin(append);
        try (Batch batch = log.batch()) {
            payloads.forEach(batch::add);
            append.at(batch.commit());
        }
        recorder.acknowledge(operation);
    }

    /** Appends what cannot be read: the place that was claimed for it is covered. */
    void appendUnreadable(Log log, int lengthBytes) {
        MemorySegment gone;
        try (Arena arena = Arena.ofConfined()) {
            gone = arena.allocate(lengthBytes);
        }
        try {
            log.append(gone);
        } catch (IllegalStateException expected) {
            return;
        }
        throw new AssertionError("memory that is not there was appended");
    }

    /** Claims room, and uses a part of it. */
    void claim(Log log, SplittableRandom own, int lengthBytes, int usedBytes) {
        Append append = new Append(List.of(payload(own, usedBytes)));
        Operation operation = recorder.begin(append);
        try (Claim claim = log.claim(lengthBytes)) {
            MemorySegment.copy(MemorySegment.ofArray(append.payloads().getFirst()), 0, claim.segment(), 0, usedBytes);
            append.at(claim.commit(usedBytes));
        }
        recorder.acknowledge(operation);
    }

    /** Forgets all but the last so many records. */
    void trim(Log log, int keep) {
        trim(log, keep, Runnable::run);
    }

    /**
     * The same.
     *
     * @param by what has somebody do it
     */
    void trim(Log log, int keep, Consumer<Runnable> by) {
        LogReader reader = log.reader().seekToEnd();
        long position = reader.position();
        for (int i = 0; i < keep && reader.previous(); i++) {
            position = reader.position();
        }
        long to = position;
        Operation operation = recorder.begin(new LogOracle.Trim(to));
        by.accept(() -> log.trim(to));
        recorder.acknowledge(operation);
    }
}
