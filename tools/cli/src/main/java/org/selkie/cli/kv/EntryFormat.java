// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.kv;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How entries are written as lines. What is written in a format and read in it again is the same. */
public enum EntryFormat {
    /** Key, tab, value, and for an entry that expires another tab and the moment; see {@link Escapes}. */
    TSV {
        @Override
        public void write(byte[] key, byte[] value, @Nullable Instant expiry, ByteArrayOutputStream to) {
            Escapes.write(key, to);
            to.write('\t');
            Escapes.write(value, to);
            if (expiry != null) {
                to.write('\t');
                to.writeBytes(ascii(expiry.toString()));
            }
            to.write('\n');
        }

        @Override
        public TextEntry read(byte[] bytes, int from, int to) throws EntryFormatException {
            int first = indexOfTab(bytes, from, to);
            if (first == to) {
                throw new EntryFormatException("there is no tab between a key and a value");
            }
            int second = indexOfTab(bytes, first + 1, to);
            int third = second == to ? to : indexOfTab(bytes, second + 1, to);
            if (third != to) {
                throw new EntryFormatException("there are more columns than key, value and expiry; a tab in one is written \\t");
            }
            Instant expiry = second == to ? null : moment(new String(Escapes.read(bytes, second + 1, to),
                StandardCharsets.UTF_8));
            return new TextEntry(Escapes.read(bytes, from, first), Escapes.read(bytes, first + 1, second), expiry);
        }
    },
    /** An object a line; see {@link JsonEntries}. */
    JSONL {
        @Override
        public void write(byte[] key, byte[] value, @Nullable Instant expiry, ByteArrayOutputStream to) {
            to.writeBytes(JsonEntries.line(key, value, expiry));
        }

        @Override
        public TextEntry read(byte[] bytes, int from, int to) throws EntryFormatException {
            return JsonEntries.read(bytes, from, to);
        }
    };

    /** Appends an entry and a line feed. */
    public abstract void write(byte[] key, byte[] value, @Nullable Instant expiry, ByteArrayOutputStream to);

    /** An entry and a line feed. */
    public byte[] line(byte[] key, byte[] value, @Nullable Instant expiry) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(key.length + value.length + 2);
        write(key, value, expiry, out);
        return out.toByteArray();
    }

    /** Reads the entry of a line, without its end. */
    public abstract TextEntry read(byte[] bytes, int from, int to) throws EntryFormatException;

    /** The format that a file's name tells, if it does. */
    public static Optional<EntryFormat> ofFile(String name) {
        String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return switch (ending) {
            case "tsv", "tab" -> Optional.of(TSV);
            case "jsonl", "ndjson", "json" -> Optional.of(JSONL);
            default -> Optional.empty();
        };
    }

    static Instant moment(String text) throws EntryFormatException {
        try {
            // Stores count milliseconds.
            return Instant.ofEpochMilli(Instant.parse(text).toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            throw new EntryFormatException("'" + text + "' is no moment; write it as 2030-12-31T23:59:59Z");
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static int indexOfTab(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '\t') {
            at++;
        }
        return at;
    }
}
