// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.kv;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Entries as JSON: {@code {"key":"k","value":"v","expires":"2030-12-31T23:59:59Z"}}. What is no UTF-8 stands in Base64, under
 * {@code key64} and {@code value64}.
 */
final class JsonEntries {
    private static final String KEY = "key";
    private static final String KEY_64 = "key64";
    private static final String VALUE = "value";
    private static final String VALUE_64 = "value64";
    private static final String EXPIRES = "expires";

    private JsonEntries() {
    }

    /** The line of an entry, with its end. */
    static byte[] line(byte[] key, byte[] value, @Nullable Instant expiry) {
        StringWriter text = new StringWriter();
        try (JsonWriter out = new JsonWriter(text)) {
            out.beginObject();
            write(out, KEY, KEY_64, key);
            write(out, VALUE, VALUE_64, value);
            if (expiry != null) {
                out.name(EXPIRES).value(expiry.toString());
            }
            out.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void write(JsonWriter out, String name, String name64, byte[] bytes) throws IOException {
        String text = Escapes.text(bytes);
        if (text != null) {
            out.name(name).value(text);
        } else {
            out.name(name64).value(Base64.getEncoder().encodeToString(bytes));
        }
    }

    static TextEntry read(byte[] bytes, int from, int to) throws EntryFormatException {
        String line;
        try {
            line = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from)).toString();
        } catch (CharacterCodingException e) {
            throw new EntryFormatException("it is no UTF-8, as JSON is");
        }
        JsonReader in = new JsonReader(new StringReader(line));
        in.setStrictness(Strictness.STRICT);
        try {
            return read(in);
        } catch (MalformedJsonException | EOFException | IllegalStateException e) {
            throw new EntryFormatException("it is no JSON object of an entry: expected {\"key\":\"...\",\"value\":\"...\"}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static TextEntry read(JsonReader in) throws IOException, EntryFormatException {
        byte[] key = null;
        byte[] value = null;
        Instant expiry = null;
        in.beginObject();
        while (in.hasNext()) {
            String name = in.nextName();
            if (in.peek() != JsonToken.STRING) {
                throw new EntryFormatException("\"" + name + "\" is no string");
            }
            String text = in.nextString();
            switch (name) {
                case KEY, KEY_64 -> key = once(key, KEY, name.equals(KEY) ? utf8(text) : base64(name, text));
                case VALUE, VALUE_64 -> value = once(value, VALUE, name.equals(VALUE) ? utf8(text) : base64(name, text));
                case EXPIRES -> expiry = once(expiry, EXPIRES, EntryFormat.moment(text));
                default -> throw new EntryFormatException("\"" + name + "\" is none of key, key64, value, value64, expires");
            }
        }
        in.endObject();
        if (in.peek() != JsonToken.END_DOCUMENT) {
            throw new EntryFormatException("something stands behind the object");
        }
        if (key == null || value == null) {
            throw new EntryFormatException("there is no \"" + (key == null ? KEY : VALUE) + "\"");
        }
        return new TextEntry(key, value, expiry);
    }

    private static <T> T once(@Nullable T before, String name, T now) throws EntryFormatException {
        if (before != null) {
            throw new EntryFormatException("there is more than one \"" + name + "\"");
        }
        return now;
    }

    private static byte[] utf8(String text) throws EntryFormatException {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new EntryFormatException("half of a surrogate pair stands alone; write such bytes in Base64 (key64, value64)");
        }
    }

    private static byte[] base64(String name, String text) throws EntryFormatException {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new EntryFormatException("\"" + name + "\" is no Base64");
        }
    }
}
