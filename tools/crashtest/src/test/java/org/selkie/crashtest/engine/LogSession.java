// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.selkie.ImagePool;
import org.selkie.Pool;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.Recorder;
import org.selkie.log.Batch;
import org.selkie.log.Claim;
import org.selkie.log.Log;
import org.selkie.log.LogReader;

/** A workload's way to a recorded pool: what it does is an operation, with a beginning and an acknowledgement. */
final class LogSession {

    private final ImagePool images;
    private final Recorder recorder;
    private final SplittableRandom random;

    LogSession(ImagePool images, Recorder recorder, SplittableRandom random) {
        this.images = images;
        this.recorder = recorder;
        this.random = random;
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
        Pool pool = images.open(LogSession::dawdle);
        work.accept(pool);
        Operation closing = recorder.begin(new LogOracle.Closing());
        pool.close();
        recorder.acknowledge(closing);
    }

    private static void dawdle() {
        for (int i = ThreadLocalRandom.current().nextInt(4); i > 0; i--) {
            Thread.yield();
        }
    }

    static byte[] payload(SplittableRandom random, int lengthBytes) {
        byte[] payload = new byte[lengthBytes];
        random.nextBytes(payload);
        return payload;
    }

    /** Appends a record of random bytes. */
    void append(Log log, SplittableRandom own, int lengthBytes) {
        Append append = new Append(List.of(payload(own, lengthBytes)));
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
        LogReader reader = log.reader().seekToEnd();
        long position = reader.position();
        for (int i = 0; i < keep && reader.previous(); i++) {
            position = reader.position();
        }
        Operation operation = recorder.begin(new LogOracle.Trim(position));
        log.trim(position);
        recorder.acknowledge(operation);
    }
}
