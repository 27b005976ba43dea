// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.kv;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Any bytes as one word of text and back: {@code \t}, {@code \n}, {@code \r}, {@code \\}, and {@code \xHH} for the other
 * control characters and for what is no UTF-8. All else stands for itself.
 */
public final class Escapes {
    private static final char ESCAPE = '\\';
    private static final int FIRST_PRINTABLE = 0x20;
    private static final int DELETE = 0x7f;
    private static final int FIRST_BEYOND_ASCII = 0x80;
    private static final int LONGEST_CHARACTER_BYTES = 4;
    private static final HexFormat HEX = HexFormat.of();

    private Escapes() {
    }

    /** Appends bytes, escaped. */
    static void write(byte[] bytes, ByteArrayOutputStream to) {
        boolean isText = text(bytes) != null;
        int at = 0;
        while (at < bytes.length) {
            int value = bytes[at] & 0xff;
            int characterBytes = value < FIRST_BEYOND_ASCII || isText ? 1 : characterBytes(bytes, at);
            if (value == ESCAPE) {
                writeEscape(ESCAPE, value, to);
            } else if (value < FIRST_PRINTABLE || value == DELETE || characterBytes == 0) {
                writeEscape(letter(value), value, to);
            } else {
                to.write(bytes, at, characterBytes);
            }
            at += Math.max(1, characterBytes);
        }
    }

    /** Bytes as text, escaped. */
    public static String of(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        write(bytes, out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static char letter(int value) {
        return switch (value) {
            case '\t' -> 't';
            case '\n' -> 'n';
            case '\r' -> 'r';
            default -> 'x';
        };
    }

    private static void writeEscape(char letter, int value, ByteArrayOutputStream to) {
        to.write(ESCAPE);
        to.write(letter);
        if (letter == 'x') {
            to.write(HEX.toHighHexDigit(value));
            to.write(HEX.toLowHexDigit(value));
        }
    }

    /** The length of the UTF-8 character that begins at an index, 0 if none does. */
    private static int characterBytes(byte[] bytes, int index) {
        for (int length = 2; length <= LONGEST_CHARACTER_BYTES && index + length <= bytes.length; length++) {
            if (text(bytes, index, length) != null) {
                return length;
            }
        }
        return 0;
    }

    /** Bytes as UTF-8, or null if they are none. */
    static @Nullable String text(byte[] bytes) {
        return text(bytes, 0, bytes.length);
    }

    private static @Nullable String text(byte[] bytes, int offset, int lengthBytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, offset, lengthBytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /**
     * The bytes that escaped text stands for.
     *
     * @throws EntryFormatException if a backslash is followed by something else than an escape
     */
    static byte[] read(byte[] text, int from, int to) throws EntryFormatException {
        int at = from;
        while (at < to && text[at] != ESCAPE) {
            at++;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(to - from);
        out.write(text, from, at - from);
        while (at < to) {
            if (text[at] != ESCAPE) {
                out.write(text[at++]);
            } else {
                at = readEscape(text, at, to, out);
            }
        }
        return out.toByteArray();
    }

    /**
     * As {@link #read(byte[], int, int)}, of a word.
     *
     * @throws EntryFormatException as that
     */
    public static byte[] read(String word) throws EntryFormatException {
        byte[] text = word.getBytes(StandardCharsets.UTF_8);
        return read(text, 0, text.length);
    }

    private static int readEscape(byte[] text, int at, int to, ByteArrayOutputStream out) throws EntryFormatException {
        int letter = at + 1 < to ? text[at + 1] : -1;
        switch (letter) {
            case 't' -> out.write('\t');
            case 'n' -> out.write('\n');
            case 'r' -> out.write('\r');
            case ESCAPE -> out.write(ESCAPE);
            case 'x' -> {
                if (at + 3 >= to || !HexFormat.isHexDigit(text[at + 2]) || !HexFormat.isHexDigit(text[at + 3])) {
                    throw unknown(text, at, Math.min(to, at + 4));
                }
                out.write(HexFormat.fromHexDigit(text[at + 2]) << 4 | HexFormat.fromHexDigit(text[at + 3]));
                return at + 4;
            }
            default -> throw unknown(text, at, Math.min(to, at + 2));
        }
        return at + 2;
    }

    private static EntryFormatException unknown(byte[] text, int at, int to) {
        return new EntryFormatException("'" + new String(text, at, to - at, StandardCharsets.UTF_8)
            + "' is no escape; there are \\t, \\n, \\r, \\\\ and \\xHH");
    }
}
