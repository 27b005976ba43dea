// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

final class SelkieCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpNamesTheCommandAndItsOptions() {
        assertEquals(0, selkie("--help"));
        assertTrue(out.toString().startsWith("Usage: selkie"), out::toString);
        assertTrue(out.toString().contains("--version"), out::toString);
    }

    @Test
    void versionIsOneLine() {
        assertEquals(0, selkie("--version"));
        assertEquals(1, out.toString().lines().count(), out::toString);
    }

    @Test
    void anUnknownOptionIsAnsweredInOneLineWithTheNearestRightOne() {
        assertEquals(2, selkie("--versoin"));
        assertEquals(1, err.toString().lines().count(), err::toString);
        assertTrue(err.toString().contains("--versoin"), err::toString);
        assertTrue(err.toString().contains("did you mean --version?"), err::toString);
    }

    @Test
    void noCommandIsAnsweredInOneLine() {
        assertEquals(2, selkie());
        assertEquals(1, err.toString().lines().count(), err::toString);
    }

    private int selkie(String... args) {
        return SelkieCommand.commandLine(Streams.standard())
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    }
}
