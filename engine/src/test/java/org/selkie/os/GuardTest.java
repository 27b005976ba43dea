// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.testing.Scratch;
import org.selkie.testing.SecondJvm;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** A SIGBUS inside a hot native function is a return value, whatever collector and compiler the JVM runs with. */
final class GuardTest {

    /** Of each function in each JVM; many thousands with a larger number. */
    private static final int FAULTS = Integer.getInteger("selkie.faults", 1500);

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @ParameterizedTest
    @ValueSource(strings = {"-XX:+UseG1GC", "-XX:+UseSerialGC", "-XX:+UseZGC", "-Xint", "-Xcomp -XX:TieredStopAtLevel=1"})
    void theJvmSurvivesThousandsOfFaultsInEveryHotFunction(String options) {
        int faults = options.equals("-Xint") ? FAULTS / 3 : FAULTS;
        try (SecondJvm jvm = SecondJvm.start(GuardChild.class, List.of(options.split(" ")), scratch.path("mapped"), faults)) {
            jvm.expectSuccess(120);
            assertEquals(26, jvm.output().lines().filter(line -> line.startsWith("survived ")).count(), jvm::output);
        }
    }
}
