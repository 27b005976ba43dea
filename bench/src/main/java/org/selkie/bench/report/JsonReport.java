// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonNull;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;

/** A report as JSON: the names are those of the records' components, what is not known is null. */
public final class JsonReport {

    private static final JsonSerializer<Double> NUMBERS =
            (value, type, context) -> Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping()
            .registerTypeAdapter(double.class, NUMBERS).registerTypeAdapter(Double.class, NUMBERS).create();

    private JsonReport() {
    }

    /** All of it. */
    public static String of(BenchReport report) {
        return GSON.toJson(report);
    }
}
