// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.guide;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.AcknowledgedOperations;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.Report;
import org.selkie.crashtest.agent.Recording;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.Recorder;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The guide's book without the extension of JUnit. */
final class PlainGuestbookTest {

    @Test
    void theRightBookIsNotAccused() {
        Report report = explore(Guestbook::new);
        report.orThrow();
        assertTrue(report.isComplete(), report::coverage);
    }

    @Test
    void theWrongBookIsFound() {
        assertFalse(explore(WrongGuestbook::new).violations().isEmpty());
    }

    @FunctionalInterface
    private interface Opening {
        Guestbook on(MemorySegment memory);
    }

    private static Report explore(Opening opening) {
        Recorder recorder = Recorder.create();
        MemorySegment memory = Arena.ofAuto().allocate(4096, 64);
        recorder.attachByDifference("book", memory);
        Recording.start(recorder);
        try {
            Operation signing = recorder.begin("Ada");
            opening.on(memory).sign("Ada");
            recorder.acknowledge(signing);
        } finally {
            Recording.stop(recorder);
        }
        return Exploration.of(recorder.trace()).model(PersistenceModel.adr()).seed(42)
                .explore(image -> new Guestbook(image.memory("book")).names(), AcknowledgedOperations.inOrder());
    }
}
