// SPDX-License-Identifier: Apache-2.0
package org.selkie.format;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.selkie.os.Command;

/** The C programs of native-headers/test, compiled for a test. */
final class CPrograms {

    static final Path HEADERS = Path.of("..", "native-headers").toAbsolutePath().normalize();

    private CPrograms() {
    }

    /** Compiles a program with every warning an error, and returns the executable. */
    static Path compile(String compiler, String program, Path directory, String... flags) {
        Path executable = directory.resolve(program + "-" + compiler);
        List<String> command = new ArrayList<>(List.of(compiler, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Wconversion",
                "-Wshadow", "-Werror", "-I" + HEADERS.resolve("include")));
        command.addAll(List.of(flags));
        command.addAll(List.of(HEADERS.resolve("test").resolve(program + ".c").toString(), "-o", executable.toString()));
        Command.check(command.toArray(String[]::new));
        return executable;
    }

    /** The instruction set with CRC-32C, where the compiler does not take it as given. */
    static String[] crcFlags() {
        return System.getProperty("os.arch").equals("aarch64") ? new String[] {"-march=armv8-a+crc"} : new String[0];
    }
}
