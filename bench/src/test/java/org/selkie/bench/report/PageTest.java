// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.report;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.selkie.bench.contender.Costs;
import org.selkie.bench.contender.Work;
import org.selkie.bench.kv.KvWork;
import org.selkie.bench.measure.KvResult;
import org.selkie.bench.measure.Ratio;
import org.selkie.bench.measure.Result;
import org.selkie.bench.report.BenchReport.RecoveryTime;
import org.selkie.bench.report.BenchReport.Section;
import org.selkie.bench.report.BenchReport.StoreOpening;
import org.selkie.bench.report.BenchReport.StoreSection;
import org.xml.sax.InputSource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

class PageTest {

    private static BenchReport report() {
        return new BenchReport(Map.of("emulation", "EMULATED: <memory>"), List.of(),
                List.of(new Section("Logs", "a & b", false, List.of(result(64, 1, 100), result(256, 1, 120), result(64, 2,
                        200)))),
                List.of(new StoreSection("Stores", "keys & values", List.of(store("ceiling", 1, 100), store("Peer", 1, 150),
                        store("Peer", 2, 180), store("Peer", 4, Double.NaN)))),
                List.of(new RecoveryTime(16, 65536, 4.5, 1.25, 4)), List.of(new StoreOpening(1000, 100, 2.5, 1.5, 16, 1.3)),
                List.of("left out: \"x\" < y"));
    }

    private static Result result(int payloadBytes, int threads, double nanos) {
        return new Result("Peer", "fast", Work.appends(payloadBytes, threads), nanos, nanos, nanos, nanos, nanos, nanos,
                1e9 / nanos,
                50, new Ratio(2, 1.9, 2.1), Ratio.NONE, 0.01, Costs.UNKNOWN, 0, "kill -9");
    }

    private static KvResult store(String name, int threads, double nanos) {
        return new KvResult(name, "", KvWork.YCSB_A, 1000, 100, threads, 7, nanos, nanos, nanos, nanos, nanos, nanos, 1e9 / nanos,
                50, Ratio.NONE, Ratio.NONE, 0.01, Costs.UNKNOWN, 0, "kill -9");
    }

    @Test
    void whatAStoreCannotDoIsADashAndNoPoint() throws Exception {
        List<String> cells = Columns.of(store("Peer", 4, Double.NaN));
        assertEquals(List.of("YCSB A", "Peer", "4", "-", "-", "-"), cells.subList(0, 6));
        assertEquals(Columns.STORE.size(), cells.size());
        assertTrue(Page.of(report()).contains("keys &amp; values"));
    }

    @Test
    void thePageNeedsNoOtherFileAndNoScript() throws Exception {
        String page = Page.of(report());
        assertFalse(page.contains("<script") || page.contains("http:") || page.contains("https:") || page.contains("src="), page);
        assertTrue(page.contains("EMULATED: &lt;memory&gt;"));
        assertTrue(page.contains("left out: &quot;x&quot; &lt; y"));
    }

    @Test
    void everyChartIsWellFormedAndHasAPointForEachFigure() throws Exception {
        String page = Page.of(report());
        int charts = 0;
        int points = 0;
        for (int at = page.indexOf("<figure>"); at >= 0; at = page.indexOf("<figure>", at + 1)) {
            String figure = page.substring(at, page.indexOf("</figure>", at) + "</figure>".length());
            var builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
            var document = builder.parse(new InputSource(new StringReader(figure)));
            points += document.getElementsByTagName("circle").getLength();
            charts++;
        }
        // Lengths with one thread, lengths with two, threads at 64 B, recovery; threads of the store, opening it.
        assertEquals(6, charts);
        assertEquals(2 + 1 + 2 + 1 + 2 + 1, points);
    }

    @Test
    void aTerminalOfAHundredColumnsHasRoomForEveryLine() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TextReport.print(report(), new PrintStream(bytes, true, StandardCharsets.UTF_8));
        String text = bytes.toString(StandardCharsets.UTF_8);
        text.lines().forEach(line -> assertTrue(line.length() <= 100, line.length() + ": " + line));
        assertTrue(text.contains("YCSB A, 1 thread\n") && text.contains("survives"), text);
    }

    @Test
    void aRatioHasAsManyDigitsAsMeanSomething() {
        assertEquals("1.23x [1.21 1.25]", new Ratio(1.234, 1.211, 1.252).words(0));
        assertEquals("23.5x [22.0 24.1]", new Ratio(23.45, 22.01, 24.12).words(0));
        assertEquals("1777x [1246 2395]", new Ratio(1776.6, 1246.4, 2395.1).words(0));
    }

    @Test
    void whatIsNotKnownIsNullInJson() {
        String json = JsonReport.of(report());
        assertTrue(json.contains("\"flushes\": null") && json.contains("\"nanos\": 100.0"), json);
        assertFalse(json.contains("NaN"));
    }
}
