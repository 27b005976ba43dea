// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records as JSON: the names are those of the components, an empty Optional is null. */
final class Json {
    private static final Gson GSON = new GsonBuilder()
        .setPrettyPrinting()
        .serializeNulls()
        .disableHtmlEscaping()
        .registerTypeAdapterFactory(new OptionalValues())
        .create();

    private Json() {
    }

    static String of(Object value) {
        return GSON.toJson(value);
    }

    /** Looks into an Optional as it is written: reflection may not. */
    private static final class OptionalValues implements TypeAdapterFactory {
        @Override
        public <T> @Nullable TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
            if (!Optional.class.equals(type.getRawType())) {
                return null;
            }
            return new TypeAdapter<>() {
                @Override
                public void write(JsonWriter out, T value) throws IOException {
                    Optional<?> optional = (Optional<?>) value;
                    if (optional.isEmpty()) {
                        out.nullValue();
                    } else {
                        Object content = optional.get();
                        gson.toJson(content, content.getClass(), out);
                    }
                }

                @Override
                public T read(JsonReader in) {
                    throw new UnsupportedOperationException("the command writes JSON and reads none");
                }
            };
        }
    }
}
