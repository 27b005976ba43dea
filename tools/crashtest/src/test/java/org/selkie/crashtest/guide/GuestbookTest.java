// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.guide;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.selkie.crashtest.AcknowledgedOperations;
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

    @CrashTest(model = {"adr", "page-cache-4096"})
    void theReadyOracleSaysTheSame(CrashRun run) throws Exception {
        Guestbook book = new Guestbook(run.segment("book", 4096));
        for (String name : List.of("Ada", "Grace", "Barbara")) {
            run.operation(name, () -> book.sign(name));
        }
        run.check(image -> new Guestbook(image.memory("book")).names(), AcknowledgedOperations.inOrder());
    }

    @CrashTest
    void theBookIsWhatItsOperationsLeadTo(CrashRun run) throws Exception {
        Guestbook book = new Guestbook(run.segment("book", 4096));
        for (String name : List.of("Ada", "Grace", "Ada")) {
            run.operation(name, () -> book.sign(name));
        }
        run.check(image -> signatures(new Guestbook(image.memory("book")).names()),
                AcknowledgedOperations.applied(Map.of(), GuestbookTest::afterOne));
    }

    private static Map<String, Integer> signatures(List<String> names) {
        Map<String, Integer> signatures = new HashMap<>();
        names.forEach(name -> signatures.merge(name, 1, Integer::sum));
        return signatures;
    }

    /** The model: what one operation makes of a state, which it leaves as it is. */
    private static Map<String, Integer> afterOne(Map<String, Integer> before, Operation signing) {
        Map<String, Integer> after = new HashMap<>(before);
        after.merge((String) signing.description(), 1, Integer::sum);
        return after;
    }
}
