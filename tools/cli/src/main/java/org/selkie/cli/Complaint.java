// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.selkie.cli.demo.DemoFailedException;
import org.selkie.fault.SelkieException;

/** Says in one line, and in the command's own words, what went wrong: the engine names Java's options, this names ours. */
final class Complaint {
    /** What the engine says, and what a user of the command can do instead. Longer ones come first. */
    private record Wording(String engine, String command) {
    }

    private static final List<Wording> WORDINGS = List.of(
        new Wording(", or go on behind it with skipDamaged", ""),
        new Wording("or ask for PROCESS_CRASH", "or add --durability process-crash, which survives kill -9 alone"),
        new Wording("; close it there, or open it for reading (PoolOptions.forReading)",
            "; wait until it is closed there (log cat, log stat, kv get, kv scan, verify and explain read beside it)"),
        new Wording("; use Pool.store", "; see selkie kv"),
        new Wording("; open it with Pool.log, or give the store another name",
            "; see selkie log, or give the store another name"),
        new Wording("with recovery mode STRICT", "with --recovery strict"),
        new Wording("with recovery mode DROP_TORN_TAIL", "with --recovery drop-torn-tail"),
        new Wording("with recovery mode SALVAGE", "with --recovery salvage"),
        new Wording("with RecoveryMode.DROP_TORN_TAIL", "with --recovery drop-torn-tail"),
        new Wording("with RecoveryMode.SALVAGE", "with --recovery salvage"),
        new Wording("(PoolOptions.extentBytes)", "(--extent-size)"),
        new Wording("; trim a log or raise PoolOptions.maxBytes", "; make room with selkie log trim"),
        new Wording("make room or trim a log", "make room there, or with selkie log trim"),
        new Wording("; trim a log", "; make room with selkie log trim"));

    private Complaint() {
    }

    /** The line for a failure. */
    static String of(Throwable failure) {
        if (failure instanceof UncheckedIOException unchecked && unchecked.getCause() != null) {
            return of(unchecked.getCause());
        }
        return switch (failure) {
            case PartlyAppendedException partly -> of(partly.reason()) + "; " + firstLine(partly);
            case FileSystemException refusal -> ofFile(refusal);
            case IOException io -> firstLine(io);
            case OutOfMemoryError memory ->
                "not enough memory for the JVM; allow it more, such as SELKIE_JAVA_OPTS=-Xmx4g";
            default -> inOurWords(failure);
        };
    }

    private static String inOurWords(Throwable failure) {
        String line = firstLine(failure);
        if (failure.getCause() instanceof FileSystemException refusal) {
            line = line.replace(refusal.toString(), ofFile(refusal));
        }
        for (Wording wording : WORDINGS) {
            line = line.replace(wording.engine, wording.command);
        }
        boolean foreseen = failure instanceof SelkieException || failure instanceof DemoFailedException
            || failure instanceof CommandFailedException;
        return foreseen ? line : "unexpected " + failure.getClass().getSimpleName() + ": " + line + "; "
            + SelkieCommand.STACK_TRACE_VARIABLE + "=1 shows where";
    }

    private static String ofFile(FileSystemException refusal) {
        String file = Objects.requireNonNullElse(refusal.getFile(), "the file");
        return switch (refusal) {
            case NoSuchFileException missing -> "there is no file " + file;
            case AccessDeniedException denied -> file + " may not be opened by this user";
            default -> file + ": " + Objects.requireNonNullElse(refusal.getReason(), refusal.getClass().getSimpleName());
        };
    }

    /** The message on one line, or the failure's kind if it has none. */
    static String firstLine(Throwable failure) {
        @Nullable String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        String line = message.strip().replaceAll("\\s*\\R\\s*", "; ");
        boolean ordinaryWord = line.length() > 1 && Character.isLowerCase(line.charAt(1));
        return ordinaryWord ? Character.toLowerCase(line.charAt(0)) + line.substring(1) : line;
    }
}
