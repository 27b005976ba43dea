// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.BackupException;
import org.selkie.kv.BackupSteps.Step;

/**
 * What a directory's backup consists of. Lines of text, so that a person can read what is there:
 *
 * <pre>
 *   selkie-backup 1
 *   origin POOL-ID/CREATED-MILLIS
 *   store NAME
 *   part NUMBER FROM TO CHANGES BYTES CRC       for each part; the first one has FROM 0, the others the TO of the one before
 *   crc CRC                                     of the lines before
 * </pre>
 *
 * <p>Checksums are CRC-32C in hexadecimal. The manifest is replaced as a whole, after the part that it names last is durable:
 * a part that it does not name does not belong to the backup.
 *
 * @param origin tells the store from every other one, also from a later one of the same name
 */
record BackupManifest(String origin, String store, List<BackupPart> parts) {

    static final String FILE = "manifest";
    private static final String FIRST_LINE = "selkie-backup 1";
    private static final int PART_WORDS = 7;
    private static final long MOST_BYTES = 64L << 20;

    /** The manifest of a directory, or null if it has none. */
    static @Nullable BackupManifest read(Path directory) {
        Path file = directory.resolve(FILE);
        byte[] bytes;
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw damaged(file, "it is longer than " + MOST_BYTES + " bytes");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return parse(file, new String(bytes, StandardCharsets.UTF_8));
    }

    private static BackupManifest parse(Path file, String text) {
        int last = text.lastIndexOf("crc ");
        if (last < 0 || !text.substring(last).equals("crc " + hex(crcOf(text.substring(0, last))) + "\n")) {
            throw damaged(file, "its checksum does not match");
        }
        List<String> lines = text.substring(0, last).lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(FIRST_LINE)) {
            throw damaged(file, "it does not begin with '" + FIRST_LINE + "'");
        }
        if (lines.size() < 4 || !lines.get(1).startsWith("origin ") || !lines.get(2).startsWith("store ")) {
            throw damaged(file, "it names no origin, store and part");
        }
        List<BackupPart> parts = new ArrayList<>();
        for (String line : lines.subList(3, lines.size())) {
            BackupPart part = part(file, line);
            long expected = parts.isEmpty() ? 0 : parts.getLast().toPosition();
            if (part.fromPosition() != expected || part.toPosition() < expected) {
                throw damaged(file, "part " + part.number() + " goes on from position " + part.fromPosition() + ", expected "
                        + expected);
            }
            parts.add(part);
        }
        return new BackupManifest(lines.get(1).substring("origin ".length()), lines.get(2).substring("store ".length()),
                List.copyOf(parts));
    }

    private static BackupPart part(Path file, String line) {
        String[] words = line.split(" ", -1);
        if (words.length != PART_WORDS || !words[0].equals("part")) {
            throw damaged(file, "'" + line + "' is no part");
        }
        try {
            return new BackupPart(Integer.parseInt(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]),
                    Long.parseLong(words[4]), Long.parseLong(words[5]), HexFormat.fromHexDigits(words[6]));
        } catch (IllegalArgumentException e) {
            throw new BackupException("backup manifest " + file + " is damaged: '" + line + "' is no part", e);
        }
    }

    private static BackupException damaged(Path file, String why) {
        return new BackupException("backup manifest " + file + " is damaged: " + why
                + "; its parts can be restored one after the other, in the order of their numbers");
    }

    /** Replaces the directory's manifest by this one, durably. */
    void write(Path directory, BackupSteps steps) {
        StringBuilder text = new StringBuilder(FIRST_LINE + "\norigin " + origin + "\nstore " + store + "\n");
        for (BackupPart part : parts) {
            text.append("part ").append(part.number()).append(' ').append(part.fromPosition()).append(' ')
                    .append(part.toPosition()).append(' ').append(part.changes()).append(' ').append(part.lengthBytes())
                    .append(' ').append(hex(part.crc())).append('\n');
        }
        String crc = hex(crcOf(text.toString()));
        text.append("crc ").append(crc).append('\n');
        Path fresh = directory.resolve(FILE + ".new");
        try {
            if (Files.deleteIfExists(fresh)) {
                steps.done(Step.REMOVED, fresh);
            }
            try (FileChannel channel = create(fresh, steps)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
                steps.done(Step.FORCED, fresh);
            }
            Files.move(fresh, directory.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
            steps.done(Step.RENAMED, directory.resolve(FILE));
            persistNames(directory, steps);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new file for its owner alone, as a pool's are. */
    static FileChannel create(Path file, BackupSteps steps) throws IOException {
        FileChannel made = FileChannel.open(file, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        steps.done(Step.FILE_MADE, file);
        return made;
    }

    /** Makes it durable which files a directory has. */
    static void persistNames(Path directory, BackupSteps steps) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
        steps.done(Step.NAMES_FORCED, directory);
    }

    private static int crcOf(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    private static String hex(int crc) {
        return HexFormat.of().toHexDigits(crc);
    }
}
