// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.junit;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.selkie.crashtest.Progress;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.TraceException;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class RunSettingsTest {

    static final class Annotated {
        @CrashTest(model = {"adr", "eadr"}, budget = 7, k = 2, seed = 9)
        void all(CrashRun run) {
            // Only its annotation is looked at.
        }

        @CrashTest
        void none(CrashRun run) {
            // Only its annotation is looked at.
        }
    }

    private static RunSettings of(String method) throws NoSuchMethodException {
        return RunSettings.of(Annotated.class.getDeclaredMethod(method, CrashRun.class).getAnnotation(CrashTest.class));
    }

    private static RunSettings with(String property, String value, String method) throws NoSuchMethodException {
        String before = System.setProperty(property, value);
        try {
            return of(method);
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    private static List<String> models(RunSettings settings) {
        return settings.models().stream().map(PersistenceModel::name).toList();
    }

    @Test
    void theAnnotationSaysWhatIsDone() throws Exception {
        RunSettings settings = of("all");
        assertEquals(List.of("adr", "eadr"), models(settings));
        assertEquals(7, settings.budget());
        assertEquals(2, settings.k());
        assertEquals(Long.getLong("selkie.seed", 9), settings.seed());
    }

    @Test
    void aPropertyWins() throws Exception {
        assertEquals(List.of("page-cache-512", "adr"), models(with(RunSettings.MODEL, "page-cache-512, adr", "all")));
        assertEquals(100, with(RunSettings.BUDGET, "100", "all").budget());
        assertEquals(0, with(RunSettings.K, "0", "all").k());
        assertEquals(42, with(RunSettings.SEED, "42", "all").seed());
        assertEquals(Path.of("r.html"), with(RunSettings.HTML, "r.html", "all").html());
        assertTrue(with(RunSettings.PROGRESS, "true", "all").progress());
    }

    @Test
    void aSeedThatNobodyGaveIsDrawn() throws Exception {
        assertNotEquals(0, of("none").seed());
    }

    @Test
    void aPropertyThatIsNoneIsNamed() {
        String said = assertThrows(TraceException.class, () -> with(RunSettings.BUDGET, "many", "all")).getMessage();
        assertEquals("-Dselkie.crashtest.budget=many is not a whole number; give one", said);
    }

    @Test
    void progressIsALineWhenItIsWantedAndNothingOtherwise() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Progress progress = new Progress(5, 100, 3, 9, 0, Duration.ofSeconds(2));
        new ProgressLine(new PrintStream(bytes, true, StandardCharsets.UTF_8), "QueueTest.put", false).at(progress);
        assertEquals(0, bytes.size());
        ProgressLine line = new ProgressLine(new PrintStream(bytes, true, StandardCharsets.UTF_8), "QueueTest.put", true);
        line.at(progress);
        line.end();
        assertTrue(bytes.toString(StandardCharsets.UTF_8).contains("QueueTest.put: 5 images at 3 of 9 crash points"));
    }
}
