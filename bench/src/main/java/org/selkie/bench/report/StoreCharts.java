// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.selkie.bench.kv.KvWork;
import org.selkie.bench.measure.KvResult;

/** Curves of the stores: throughput by threads for each work, and the time that opening takes by the number of keys. */
final class StoreCharts {

    private StoreCharts() {
    }

    static List<Chart> of(BenchReport report) {
        List<KvResult> results = report.stores().stream().flatMap(section -> section.results().stream())
                .filter(result -> !Double.isNaN(result.nanos())).toList();
        List<String> titles = results.stream().map(KvResult::title).distinct().toList();
        List<Chart> charts = new ArrayList<>();
        for (KvWork work : KvWork.values()) {
            for (int valueBytes : results.stream().map(KvResult::valueBytes).distinct().sorted().toList()) {
                charts.add(throughput(work, valueBytes, titles, results));
            }
        }
        Chart opening = new Chart("Time to open a store by its keys", "lower is better; after a clean close", "keys", "ms");
        Map<Integer, List<Chart.Point>> byValue = new TreeMap<>();
        report.openings().forEach(time -> byValue.computeIfAbsent(time.valueBytes(), bytes -> new ArrayList<>())
                .add(new Chart.Point(time.keys(), time.millis())));
        byValue.forEach((valueBytes, points) -> opening.curve("Selkie, values of " + valueBytes + " B", byValue.size(), points));
        charts.add(opening);
        return charts;
    }

    private static Chart throughput(KvWork work, int valueBytes, List<String> titles, List<KvResult> results) {
        Chart chart = new Chart(work.words() + ": throughput by threads, values of " + valueBytes + " B",
                "higher is better; all threads together", "threads", "thousands a second");
        Map<String, TreeMap<Integer, Double>> curves = new LinkedHashMap<>();
        results.stream().filter(result -> result.work() == work && result.valueBytes() == valueBytes).forEach(result ->
                curves.computeIfAbsent(result.title(), title -> new TreeMap<>()).putIfAbsent(result.threads(),
                        result.operationsASecond() / 1e3));
        curves.forEach((title, byThreads) -> {
            if (byThreads.size() > 1) {
                chart.curve(title, titles.indexOf(title), byThreads.entrySet().stream()
                        .map(point -> new Chart.Point(point.getKey(), point.getValue())).toList());
            }
        });
        return chart;
    }
}
