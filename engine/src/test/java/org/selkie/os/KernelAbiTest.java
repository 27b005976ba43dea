// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What the C compiler says about the kernel's ABI is what Java believes, name by name. */
final class KernelAbiTest {
    private static final List<Class<?>> HOMES = List.of(KernelAbi.class, KernelStructs.class, Errno.class);

    @TempDir
    private Path temporary;

    @Test
    void everyConstantHasTheValueOfTheCHeader() throws Exception {
        Map<String, Long> inC = new TreeMap<>();
        Map<Integer, String> errnoInC = new TreeMap<>();
        read(Command.check(compile("gcc", "abi").toString()), inC, errnoInC);

        Map<String, Long> inJava = new TreeMap<>();
        for (Class<?> home : HOMES) {
            for (Field field : home.getDeclaredFields()) {
                boolean number = field.getType() == int.class || field.getType() == long.class;
                if (number && !Modifier.isPrivate(field.getModifiers())) {
                    // An ioctl's number is unsigned in C and has the same bits in Java.
                    inJava.put(field.getName(), ((Number) field.get(null)).longValue());
                }
            }
        }
        assertTrue(inJava.size() > 150, () -> "only these were found: " + inJava.keySet());
        for (Map.Entry<String, Long> constant : inJava.entrySet()) {
            assertTrue(
                    inC.containsKey(constant.getKey()), () -> constant.getKey() + " is missing in kernel_abi_print.c");
            long value = inC.getOrDefault(constant.getKey(), 0L);
            boolean magic = constant.getKey().endsWith("_MAGIC");
            long expected = magic ? value : (int) value;
            assertEquals(expected, constant.getValue(), constant.getKey());
        }
        assertEquals(inC.keySet(), inJava.keySet());
        errnoInC.forEach((errno, name) -> {
            String expected = "-".equals(name) ? "errno " + errno : name;
            assertEquals("ENOTSUP".equals(expected) ? "EOPNOTSUPP" : expected, Errno.name(errno));
        });
    }

    @Test
    void theHeaderHoldsOnAarch64AndItsFlagsAreTheOnesJavaWouldUseThere() throws Exception {
        Command.require("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
        KernelAbi.OpenFlags flags = KernelAbi.OpenFlags.of("aarch64");
        Path check = temporary.resolve("open_flags.c");
        Files.writeString(check, """
                #define _GNU_SOURCE
                #include "selkie/kernel_abi.h"
                _Static_assert(SELKIE_O_DIRECT == %d && O_DIRECT == %d, "O_DIRECT");
                _Static_assert(SELKIE_O_DIRECTORY == %d && O_DIRECTORY == %d, "O_DIRECTORY");
                _Static_assert(SELKIE_O_NOFOLLOW == %d && O_NOFOLLOW == %d, "O_NOFOLLOW");
                _Static_assert(SELKIE_O_TMPFILE == %d && O_TMPFILE == %d, "O_TMPFILE");
                """.formatted(
                        flags.direct(), flags.direct(), flags.directory(), flags.directory(), flags.noFollow(),
                        flags.noFollow(), flags.tmpfile(), flags.tmpfile()));
        Command.check("aarch64-linux-gnu-gcc", "-fsyntax-only", "-I" + headers(), check.toString());
        compile("aarch64-linux-gnu-gcc", "abi-aarch64");
    }

    @Test
    void theFlagsOfOpenAreChosenByTheArchitecture() {
        assertEquals(0x20000, KernelAbi.OpenFlags.of("amd64").noFollow());
        assertEquals(0x8000, KernelAbi.OpenFlags.of("aarch64").noFollow());
    }

    private static void read(String printed, Map<String, Long> numbers, Map<Integer, String> errnos) {
        for (String line : printed.split("\n", -1)) {
            String[] pair = line.split("=", 2);
            if (pair[0].startsWith("errno ")) {
                errnos.put(Integer.valueOf(pair[0].substring("errno ".length())), pair[1]);
            } else {
                numbers.put(pair[0], Long.valueOf(pair[1]));
            }
        }
    }

    private Path compile(String compiler, String name) throws IOException {
        Path program = temporary.resolve(name);
        Command.check(
                compiler, "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-I" + headers(), "-o", program.toString(),
                headers().resolveSibling("test").resolve("kernel_abi_print.c").toString());
        return program;
    }

    /** Tests run in the directory of the module; a tool may run them from the root. */
    private static Path headers() throws IOException {
        Path include = Path.of("native-headers", "include");
        Path fromModule = Path.of("..").resolve(include);
        return (Files.isDirectory(fromModule) ? fromModule : include).toRealPath();
    }
}
