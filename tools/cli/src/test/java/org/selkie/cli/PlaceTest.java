// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A test with a place of its own, in memory where there is such, and with processes that end with it. */
abstract class PlaceTest {
    private final List<Process> processes = new ArrayList<>();
    private Path place = Path.of("");

    @BeforeEach
    void makePlace() throws IOException {
        place = Places.fast();
    }

    @AfterEach
    void removePlace() throws IOException, InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        Places.remove(place);
    }

    Path place() {
        return place;
    }

    /** Where nothing lies yet. */
    Path pool() {
        return place.resolve("pool");
    }

    /** Starts the command in a JVM of its own, which is killed at the end of the test if it still runs. */
    Process start(Object... args) throws IOException {
        Process process = Run.process(args).start();
        processes.add(process);
        return process;
    }

    /** Appends lines to a log of the pool, in extents of 64 KiB if it is made. */
    Run append(String log, String lines) {
        return Run.withInput(lines.getBytes(StandardCharsets.UTF_8), "log", "append", "--extent-size=64K",
            "--durability=process-crash", pool(), log).succeeded();
    }
}
