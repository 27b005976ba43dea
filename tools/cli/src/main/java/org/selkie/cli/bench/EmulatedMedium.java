// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory mounted as a medium: a tmpfs, or a hugetlbfs, whose files behave as /dev/dax does: lengths and offsets are multiples of
 * 2 MiB, and there is no write(2). Nothing on it outlives the machine. Mounting needs root.
 */
public final class EmulatedMedium implements AutoCloseable {
    private static final Path HUGE_PAGES = Path.of("/proc/sys/vm/nr_hugepages");
    private static final long HUGE_PAGE_BYTES = 2L << 20;

    /** What the pages are. */
    public enum Pages {
        /** A tmpfs with pages of 2 MiB: what a DAX file usually gets. */
        HUGE,
        /** A tmpfs with pages of 4 KiB: a DAX file that is badly aligned. */
        SMALL,
        /** A hugetlbfs: what a device-dax has. */
        HUGETLB
    }

    private final Path directory;
    private final @Nullable String hugePagesBefore;
    private boolean kept;

    private EmulatedMedium(Path directory, @Nullable String hugePagesBefore) {
        this.directory = directory;
        this.hugePagesBefore = hugePagesBefore;
    }

    /** Mounts one on a new directory. Whatever fails is undone. */
    public static EmulatedMedium mount(Pages pages, long sizeBytes) throws IOException, InterruptedException {
        String before = null;
        if (pages == Pages.HUGETLB) {
            before = reserve(sizeBytes / HUGE_PAGE_BYTES);
        }
        EmulatedMedium medium = new EmulatedMedium(Files.createTempDirectory("selkie-emulated"), before);
        try {
            String target = medium.directory.toString();
            run(switch (pages) {
                case HUGE -> List.of("mount", "-t", "tmpfs", "-o", "huge=always,mode=700,size=" + sizeBytes, "selkie", target);
                case SMALL -> List.of("mount", "-t", "tmpfs", "-o", "huge=never,mode=700,size=" + sizeBytes, "selkie", target);
                case HUGETLB -> List.of("mount", "-t", "hugetlbfs", "-o", "pagesize=2M,mode=700,size=" + sizeBytes, "selkie",
                        target);
            });
        } catch (IOException e) {
            medium.giveBack();
            throw e;
        }
        return medium;
    }

    /** Where it is mounted. */
    public Path directory() {
        return directory;
    }

    /** Leaves it mounted. Returns the commands that end it. */
    public String keep() {
        kept = true;
        String unmount = "umount " + directory + " && rmdir " + directory;
        return hugePagesBefore == null ? unmount : unmount + " && echo " + hugePagesBefore + " > " + HUGE_PAGES;
    }

    private static String reserve(long pages) throws IOException {
        String before = hugePages();
        long wanted = Long.parseLong(before) + pages;
        Files.writeString(HUGE_PAGES, Long.toString(wanted), StandardCharsets.UTF_8);
        long got = Long.parseLong(hugePages());
        if (got < wanted) {
            Files.writeString(HUGE_PAGES, before, StandardCharsets.UTF_8);
            throw new IOException("the kernel gave " + got + " pages of 2 MiB; expected " + wanted
                + ": free memory, or ask for less with --size");
        }
        return before;
    }

    /** In one long read: the kernel answers the first read of such a file and no other, and readString asks for one byte. */
    private static String hugePages() throws IOException {
        return Files.readAllLines(HUGE_PAGES).getFirst().strip();
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + status + ": " + answer
                + "; mounting needs root and the capability CAP_SYS_ADMIN");
        }
    }

    private void giveBack() throws IOException {
        Files.deleteIfExists(directory);
        if (hugePagesBefore != null) {
            Files.writeString(HUGE_PAGES, hugePagesBefore, StandardCharsets.UTF_8);
        }
    }

    /** Unmounts it, and gives back the pages, unless it is to be kept. */
    @Override
    public void close() throws IOException {
        if (kept) {
            return;
        }
        kept = true;
        try {
            run(List.of("umount", directory.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + directory + " was unmounted; unmount it by hand", e);
        }
        giveBack();
    }
}
