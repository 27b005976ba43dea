// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.selkie.fault.SelkieException;

import static org.junit.jupiter.api.Assertions.assertEquals;

/** Whatever fails while a failure is taken back, the rest is taken back all the same. */
final class UndoTest {

    private final List<String> done = new ArrayList<>();

    private void undoWith(RuntimeException atUnmap) {
        try (Undo undo = new Undo()) {
            undo.add(() -> done.add("close"));
            undo.add(() -> done.add("unlink"));
            undo.add(() -> {
                done.add("unmap");
                throw atUnmap;
            });
            undo.add(() -> done.add("release the seal"));
        }
    }

    @Test
    void theNewestGoesFirstAndAFailureStopsNothing() {
        for (RuntimeException failure : List.of(new SelkieException("x"), new IllegalStateException("x"))) {
            done.clear();
            undoWith(failure);
            assertEquals(List.of("release the seal", "unmap", "unlink", "close"), done);
        }
    }

    @Test
    void whatIsKeptIsLeftAlone() {
        try (Undo undo = new Undo()) {
            undo.add(() -> done.add("close"));
            undo.keep();
        }
        assertEquals(List.of(), done);
    }
}
