// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.selkie.log.RecordImage;
import org.selkie.log.RecordImage.Field;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

/** A record on media in words: its place, its fields with their bytes and meanings, and its payload. */
final class RecordExplanation {
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");
    private static final int ROW_BYTES = 16;
    private static final int LONGEST_SHOWN_BYTES = 8;
    private static final int MORE = 0x01;
    private static final int CONTINUES = 0x02;
    private static final int DATA = 1;
    private static final int PAD = 2;
    private static final int GAP = 3;

    private final RecordImage image;
    private final byte[] bytes;
    private final int shownBytes;

    /**
     * @param shownBytes of the payload, at most
     */
    RecordExplanation(RecordImage image, int shownBytes) {
        this.image = image;
        this.bytes = image.bytes().toArray(JAVA_BYTE);
        this.shownBytes = shownBytes;
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(image.extent() + ", offset " + image.offsetBytes() + ", position " + image.position() + ": " + verdict());
        lines.add("");
        Table table = new Table(">offset", "bytes", "field", "value");
        for (Field field : image.fields()) {
            table.row(Integer.toString(field.offsetBytes()), hex(field), field.name(), meaning(field));
        }
        lines.addAll(table.lines());
        image.fields().stream().filter(field -> field.name().equals("payload")).forEach(payload -> {
            lines.add("");
            lines.addAll(dump(payload));
        });
        return lines;
    }

    private String verdict() {
        return switch (image.verdict()) {
            case VALID -> "a record of " + Figures.bytes(bytes.length) + " that verifies";
            case ABSENT -> "no record, or its position field is damaged";
            case DAMAGED -> "a damaged record";
            case UNKNOWN -> "a record of a newer version, which this command does not know";
        };
    }

    private String hex(Field field) {
        int shown = Math.min(LONGEST_SHOWN_BYTES, field.lengthBytes());
        return HEX.formatHex(bytes, field.offsetBytes(), field.offsetBytes() + shown)
            + (shown < field.lengthBytes() ? " ..." : "");
    }

    private String meaning(Field field) {
        return switch (field.name()) {
            case "crc32c" -> crc();
            case "length" -> length();
            case "position" -> image.positionOnMedia() == image.position()
                ? image.position() + ", as it should be"
                : image.positionOnMedia() + ", expected " + image.position();
            case "lag" -> lag();
            case "type" -> image.type() + ", " + type();
            case "flags" -> flags();
            case "reserved", "padding" -> isZero(field) ? Figures.count(field.lengthBytes(), "byte") + ", zero"
                : Figures.count(field.lengthBytes(), "byte") + ", expected zero";
            case "skipped" -> Figures.count(field.lengthBytes(), "byte") + " without a meaning";
            case "lines" -> image.trailerLines() + ", " + trailer();
            default -> Figures.count(field.lengthBytes(), "byte");
        };
    }

    private String crc() {
        String found = String.format("0x%08x", image.crc());
        return image.crc() == image.computedCrc()
            ? found + ", matches: from the extent's seed over " + (image.isSpan() ? "the first line" : "all that follows")
            : found + String.format(", computed 0x%08x: does not match", image.computedCrc());
    }

    private String length() {
        long length = image.lengthBytes() & 0xffffffffL;
        return image.isSpan() ? length + ", of what is skipped" : Figures.count(length, "byte") + " of payload";
    }

    private String lag() {
        if (image.lagLines() == -1) {
            return "unknown: says nothing about the records before";
        }
        return image.lagLines() + ": everything below position " + image.provenPosition()
            + " was durable before";
    }

    private String type() {
        return switch (image.type()) {
            case DATA -> "data";
            case PAD -> "pad: skips to its end, nothing known to have been durable was there";
            case GAP -> "gap: salvage covered lost records with it";
            default -> "not known";
        };
    }

    private String flags() {
        List<String> words = new ArrayList<>();
        if ((image.flags() & CONTINUES) != 0) {
            words.add("continues: the record before is of the same batch");
        }
        if ((image.flags() & MORE) != 0) {
            words.add("more: the next record is of the same batch");
        }
        if ((image.flags() & ~(MORE | CONTINUES)) != 0) {
            words.add("bits that are not known");
        }
        return words.isEmpty() ? "none: a record by itself, or the last of a batch" : String.join("; ", words);
    }

    private String trailer() {
        int lines = bytes.length / RecordImage.ALIGNMENT_BYTES;
        return image.trailerLines() == lines || image.isSpan()
            ? "of " + RecordImage.ALIGNMENT_BYTES + " bytes, for walking backwards"
            : "expected " + lines;
    }

    private boolean isZero(Field field) {
        return IntStream.range(field.offsetBytes(), field.offsetBytes() + field.lengthBytes())
            .allMatch(at -> bytes[at] == 0);
    }

    private List<String> dump(Field payload) {
        List<String> lines = new ArrayList<>();
        int shown = Math.min(shownBytes, payload.lengthBytes());
        byte[] payloadBytes = Arrays.copyOfRange(bytes, payload.offsetBytes(), payload.offsetBytes() + shown);
        for (int at = 0; at < shown; at += ROW_BYTES) {
            int end = Math.min(shown, at + ROW_BYTES);
            StringBuilder text = new StringBuilder();
            for (int i = at; i < end; i++) {
                text.append(payloadBytes[i] >= ' ' && payloadBytes[i] < 0x7f ? (char) payloadBytes[i] : '.');
            }
            lines.add(String.format("%8d  %-47s  %s", at, HEX.formatHex(payloadBytes, at, end), text));
        }
        if (shown < payload.lengthBytes()) {
            lines.add("          " + Figures.count(payload.lengthBytes() - shown, "more byte") + "; --all shows them");
        }
        return lines;
    }
}
