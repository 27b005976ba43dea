// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.os.Command;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** The build of the native library, and its check that no hot function has a stack frame: on it rests the SIGBUS guard. */
final class NativeBuildTest {

    private static final int ELF_MACHINE_OFFSET = 18;
    private static final byte AARCH64 = (byte) 183; // EM_AARCH64, <elf.h>

    @TempDir
    private Path temporary;

    @Test
    void theLibraryBuildsWithoutWarnings() throws IOException {
        Command.Outcome outcome = make(copyOfSources(), "");
        assertEquals(0, outcome.status(), outcome.output());
        assertEquals("", outcome.output());
    }

    @Test
    void theLibraryIsFramelessOnAarch64Too() throws IOException {
        Command.require("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
        Command.Outcome outcome = make(copyOfSources(), "aarch64-linux-gnu-");
        assertEquals(0, outcome.status(), outcome.output());
        byte[] library = Files.readAllBytes(temporary.resolve("out/org/selkie/os/native/linux-aarch64/libselkie.so"));
        assertArrayEquals(new byte[] {AARCH64, 0}, new byte[] {library[ELF_MACHINE_OFFSET], library[ELF_MACHINE_OFFSET + 1]});
    }

    /** Each would compile, and a SIGBUS in what it does would return to the wrong place, or end the process. */
    private static final List<String> WITH_FRAMES = List.of("""
            extern int64_t elsewhere(int64_t);
            SELKIE_HOT int64_t selkie_calls(const int64_t *from) { return elsewhere(*from) + *from; }
            """, """
            extern int64_t elsewhere(int64_t);
            SELKIE_HOT int64_t selkie_ends_with_a_call(const int64_t *from) { return elsewhere(*from); }
            """, """
            SELKIE_HOT int64_t selkie_has_a_frame(const int64_t *from) {
                volatile int64_t copy[64];
                for (int i = 0; i < 64; i++) { copy[i] = from[i]; }
                return copy[from[0] & 63];
            }
            """, """
            static __attribute__((noinline)) int64_t aside(const int64_t *from) { return from[0] + from[1]; }
            SELKIE_HOT int64_t selkie_ends_in_another_section(const int64_t *from) { return aside(from); }
            """);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aHotFunctionThatCallsOrHasAFrameIsRefused(int variant) throws IOException {
        Path sources = copyOfSources();
        Files.writeString(sources.resolve("src/hot.c"), WITH_FRAMES.get(variant), StandardOpenOption.APPEND);
        refused(sources, "");
    }

    // Without the first: the compiler itself fails when a function must save a link register that it may not touch.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aHotFunctionThatCallsOrHasAFrameIsRefusedOnAarch64Too(int variant) throws IOException {
        Command.require("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
        Path sources = copyOfSources();
        Files.writeString(sources.resolve("src/hot.c"), WITH_FRAMES.get(variant), StandardOpenOption.APPEND);
        refused(sources, "aarch64-linux-gnu-");
    }

    private void refused(Path sources, String cross) {
        Command.Outcome outcome = make(sources, cross);
        assertNotEquals(0, outcome.status(), outcome.output());
        assertTrue(outcome.output().contains("a SIGBUS there could not be turned into a return"), outcome.output());
        assertTrue(Files.notExists(temporary.resolve("out/org/selkie/os/native/linux-x86_64/libselkie.so")));
    }

    private Command.Outcome make(Path sources, String cross) {
        return Command.run("make", "--silent", "-C", sources.toString(), "OUT=" + temporary.resolve("out"), "CROSS=" + cross);
    }

    private Path copyOfSources() throws IOException {
        Path copy = temporary.resolve("native-headers");
        try (Stream<Path> files = Files.walk(CPrograms.HEADERS)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path to = copy.resolve(CPrograms.HEADERS.relativize(file).toString());
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
        return copy;
    }
}
