// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.selkie.testing.Scratch;
import org.selkie.testing.SecondJvm;

/**
 * What several threads are answered on few keys could have been answered to one thread after the other, as Lincheck finds out
 * by running generated scenarios and looking for an order that explains what came of them ({@link LinearizabilityChild}).
 * {@code -Dselkie.lincheck.iterations} scenarios of each kind, {@code -Dselkie.lincheck.invocations} runs of each.
 */
final class LinearizabilityTest {

    private static final long MOST_SECONDS = 3600;

    @RegisterExtension
    private final Scratch scratch = Scratch.tmpfs();

    @Test
    void operationsOnSingleKeysAreLinearizable() {
        check(LinearizabilityChild.Check.KEYS, LinearizabilityChild.LINEARIZABLE);
    }

    @Test
    void batchesAreSeenAsAWhole() {
        check(LinearizabilityChild.Check.BATCHES, LinearizabilityChild.LINEARIZABLE);
    }

    @Test
    void somebodyWhoReadsAndWritesWithoutCareIsFound() {
        check(LinearizabilityChild.Check.CARELESS, LinearizabilityChild.FOUND);
    }

    private void check(LinearizabilityChild.Check check, String expected) {
        List<String> options = Stream.of("selkie.lincheck.iterations", "selkie.lincheck.invocations")
                .filter(name -> System.getProperty(name) != null)
                .map(name -> "-D" + name + "=" + System.getProperty(name)).toList();
        options = Stream.concat(options.stream(), Stream.of("-Xmx1g", "-XX:+EnableDynamicAgentLoading")).toList();
        try (SecondJvm checking = SecondJvm.start(LinearizabilityChild.class, options, scratch.path("pool"), check)) {
            String result = checking.await(expected, MOST_SECONDS);
            checking.expectSuccess(60);
            System.out.println("LinearizabilityTest: " + check + ": " + expected + " " + result);
        }
    }
}
