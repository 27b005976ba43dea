// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.guide;

import java.util.List;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.junit.CrashRun;
import org.selkie.crashtest.junit.CrashTest;
import org.selkie.crashtest.trace.Operation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

final class GuestbookTest {

    @CrashTest
    void everyNameThatWasSignedIsFound(CrashRun run) throws Exception {
        Guestbook book = new Guestbook(run.segment("book", 4096));
        for (String name : List.of("Ada", "Grace", "Barbara")) {
            run.operation(name, () -> book.sign(name));
        }
        run.check(GuestbookTest::check);
    }

    /** After any crash: the acknowledged names, and behind them at most the one in flight. */
    static void check(CrashImage image) {
        List<String> found = new Guestbook(image.memory("book")).names();
        List<String> acknowledged = descriptions(image.acknowledged());
        List<String> inFlight = descriptions(image.inFlight());
        assertTrue(found.size() >= acknowledged.size(), () -> found + " lacks some of " + acknowledged);
        assertEquals(acknowledged, found.subList(0, acknowledged.size()));
        List<String> more = found.subList(acknowledged.size(), found.size());
        assertTrue(more.isEmpty() || more.equals(inFlight), () -> "found " + more + ", in flight is " + inFlight);
    }

    private static List<String> descriptions(List<Operation> operations) {
        return operations.stream().map(operation -> (String) operation.description()).toList();
    }
}
