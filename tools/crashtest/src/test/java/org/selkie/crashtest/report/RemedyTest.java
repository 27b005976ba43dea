// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.Checker;
import org.selkie.crashtest.CrashImage;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.FieldNames;
import org.selkie.crashtest.Report;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.PersistentRegion;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Whoever does what a remedy says has a structure that is right, under the model that was asked. */
final class RemedyTest {

    private final Recorder recorder = Recorder.create();
    private final RecordedRegion region = recorder.allocate("r", 8192);

    private static Checker flagOnlyWithValue(long valueAt) {
        return image -> {
            PersistentRegion left = image.region();
            assertFalse(left.getLong(0) == 1 && left.getLong(valueAt) != 7, "flag without value");
        };
    }

    private static void acknowledgedIsThere(CrashImage image) {
        assertFalse(!image.acknowledged().isEmpty() && image.region().getLong(64) != 7, "lost");
    }

    private CrashReport report(String model, Checker checker) {
        Report report = Exploration.of(recorder.trace()).model(PersistenceModel.named(model)).explore(checker);
        return new CrashReport("t", recorder.trace(), report, new FieldNames(), List.of(), List.of());
    }

    private String text(String model, Checker checker) {
        String text = report(model, checker).text();
        assertTrue(text.contains("remedy: "), text);
        return text;
    }

    private void assertRemedyUnderAll(String remedy) {
        region.persist(0, 16);
        for (String model : List.of("adr", "page-cache-512", "page-cache-4096", "eadr")) {
            String text = text(model, flagOnlyWithValue(8));
            assertTrue(text.contains(remedy), text);
        }
    }

    @Test
    void ofTwoStoresToOneLineTheOrderIsTheRemedy() {
        region.putLong(0, 1);
        region.putLong(8, 7);
        assertRemedyUnderAll("remedy: store it before the store #1 at org.selkie.crashtest.report.RemedyTest.");
    }

    @Test
    void ofATornCopyOneAlignedStoreIsTheRemedy() {
        region.put(0, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0});
        assertRemedyUnderAll("one aligned store of at most 8 bytes, made after ");
    }

    @Test
    void underThePageCacheAWriteBackIsTheRemedyAndNoFence() {
        region.putLong(4096, 7);
        region.putLong(0, 1);
        region.persist(0, 8);
        String text = text("page-cache-512", flagOnlyWithValue(4096));
        assertTrue(text.contains("remedy: write it back (msync, force) before the store #2 at "), text);
        assertFalse(text.contains("fence, before"), text);
    }

    @Test
    void withFlushOnFailAFenceBeforeThePromiseIsTheRemedy() {
        Operation operation = recorder.begin("set");
        region.putLong(64, 7);
        recorder.acknowledge(operation);
        String text = text("eadr", RemedyTest::acknowledgedIsThere);
        assertTrue(text.contains("remedy: store it before what relies on it, and fence before it is acknowledged"), text);
    }

    @Test
    void linesAreDurableWhenTheModelSaysSo() {
        Operation operation = recorder.begin("set");
        region.putLong(128, 1);
        region.flush(4000, 8);
        region.putLong(64, 7);
        recorder.acknowledge(operation);
        LineStates pages = states("page-cache-512");
        LineStates lines = states("adr");
        LineStates visible = states("eadr");
        for (int event = 0; event < 4; event++) {
            for (LineStates states : List.of(pages, lines, visible)) {
                states.apply(recorder.trace().events().get(event));
            }
        }
        assertTrue(pages.now().words().equals("durable"), pages.now()::toString);
        assertTrue(lines.now().words().equals("1 store at risk"), lines.now()::toString);
        assertTrue(visible.now().words().equals("1 store at risk"), visible.now()::toString);
        region.fence();
        recorder.trace().events().subList(4, recorder.size()).forEach(visible::apply);
        assertTrue(visible.now().words().equals("durable"), visible.now()::toString);
    }

    private static LineStates states(String model) {
        return new LineStates(new Place("r", 128, 64), PersistenceModel.named(model));
    }
}
