// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.selkie.crashtest.Exploration;
import org.selkie.crashtest.FieldNames;
import org.selkie.crashtest.Report;
import org.selkie.crashtest.model.PersistenceModel;
import org.selkie.crashtest.trace.Operation;
import org.selkie.crashtest.trace.RecordedRegion;
import org.selkie.crashtest.trace.Recorder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

final class HtmlReportTest {

    private static final String HOSTILE = "</td><script>alert('1')</script> & \"q\" \u0000";
    /** A region has no control characters in its name. */
    private static final String REGION = HOSTILE.strip().replace("\0", "");

    /** A value without its flush, and everything named as badly as can be. */
    private static CrashReport hostile(int operations) {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate(REGION, 4096);
        for (int i = 0; i < operations; i++) {
            Operation operation = recorder.begin(HOSTILE + i);
            region.putLong(64, i + 1);
            region.putLong(0, i + 1);
            region.persist(0, 8);
            recorder.acknowledge(operation);
        }
        Report report = Exploration.of(recorder.trace()).explore(image -> {
            if (image.region().getLong(64) < image.region().getLong(0)
                    && image.acknowledged().size() >= operations - 1) {
                throw new IllegalStateException(HOSTILE);
            }
        });
        FieldNames fields = new FieldNames();
        fields.name(REGION, 64, 8, HOSTILE + "value");
        return new CrashReport(HOSTILE, recorder.trace(), report, fields, List.of(HOSTILE), List.of());
    }

    private static String page(CrashReport... reports) {
        return new String(HtmlReport.of(List.of(reports)), StandardCharsets.UTF_8);
    }

    @Test
    void nothingThatIsShownCanBreakThePage() {
        String page = page(hostile(2), hostile(3));
        assertFalse(page.contains("<script"), page);
        assertFalse(page.contains("\u0000"), page);
        assertTrue(page.contains("&lt;script&gt;alert(&#39;1&#39;)"), page);
        requireBalanced(page);
    }

    @Test
    void thePageNeedsNothingButItself() {
        String page = page(hostile(2));
        assertFalse(Pattern.compile("<(link|img|iframe|script|object)|url\\(|@import|https?://").matcher(page).find(), page);
    }

    @Test
    void itShowsTheCrashTheLostStoreTheRemedyAndTheLines() {
        String page = page(hostile(2));
        assertTrue(page.contains("<tr class=\"crash\"><td colspan=\"4\">crash</td>"), page);
        assertTrue(page.contains("<span class=\"lost\">lost</span>"), page);
        assertTrue(page.contains("Remedy: flush "), page);
        assertTrue(page.contains("HtmlReportTest.java:"), page);
        assertTrue(page.contains("1 store at risk"), page);
        assertTrue(page.contains("flush started"), page);
        assertTrue(page.contains("prevented"), page);
        assertTrue(page.contains("found by recovery"), page);
    }

    @Test
    void aSectorAndAMediaErrorAreShownAsSuch() {
        Recorder recorder = Recorder.create();
        RecordedRegion region = recorder.allocate("pair", 8192);
        region.putLong(600, 1);
        region.putLong(4096, 1);
        region.persist(0, 8192);
        Report torn = Exploration.of(recorder.trace()).model(PersistenceModel.pageCache(512))
                .explore(image -> assertEquals(image.region().getLong(600), image.region().getLong(4096)));
        Report damaged = Exploration.of(recorder.trace()).model(PersistenceModel.adr().withMediaError())
                .explore(image -> assertTrue(image.region().getLong(600) >= 0));
        CrashReport first = new CrashReport("torn", recorder.trace(), torn, new FieldNames(), List.of(), List.of());
        CrashReport second = new CrashReport("damaged", recorder.trace(), damaged, new FieldNames(), List.of(), List.of());
        assertTrue(first.text().contains("+512]"), first::text);
        assertTrue(second.text().contains("damaged:   a media error in pair[576, +64]"), second::text);
        String page = page(first, second);
        assertTrue(page.contains("a media error in pair[576, +64]"), page);
        assertTrue(page.contains("+512]</th>"), page);
        requireBalanced(page);
    }

    @Test
    void aLongRunIsShownAroundItsCrash() {
        String page = page(hostile(500));
        assertTrue(page.contains("events not shown"), () -> page.substring(0, 2000));
        assertTrue(page.length() < 300_000, () -> page.length() + " characters");
        requireBalanced(page);
    }

    /** Every element is closed, in order, and every row has as many cells as its head. */
    private static void requireBalanced(String page) {
        Deque<String> open = new ArrayDeque<>();
        Matcher tag = Pattern.compile("<(/?)([a-z0-9]+)[^>]*>").matcher(page.substring(page.indexOf("<html")));
        Set<String> single = Set.of("meta", "br");
        while (tag.find()) {
            if (single.contains(tag.group(2))) {
                continue;
            }
            if (tag.group(1).isEmpty()) {
                open.push(tag.group(2));
            } else {
                assertEquals(open.pop(), tag.group(2), () -> page.substring(Math.max(0, tag.start() - 100), tag.end()));
            }
        }
        assertTrue(open.isEmpty(), open::toString);
    }
}
