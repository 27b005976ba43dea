// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the machine offers in pages of 2 MiB; Documentation/admin-guide/mm/transhuge.rst and hugetlbpage.rst. */
public final class HugePages {
    private static final Path SHMEM_ENABLED = Path.of("/sys/kernel/mm/transparent_hugepage/shmem_enabled");
    private static final Path FREE = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
    private static final Pattern CHOSEN = Pattern.compile("\\[(\\w+)]");

    private HugePages() {}

    /**
     * When files in memory (memfd, System V) get huge pages. A tmpfs mount has its own option, {@code huge=}.
     *
     * @return always, within_size, advise, never, deny or force; empty where the kernel has no such thing
     */
    public static Optional<String> forSharedMemory() {
        return KernelText.read(SHMEM_ENABLED).flatMap(text -> {
            Matcher chosen = CHOSEN.matcher(text);
            return chosen.find() ? Optional.of(chosen.group(1)) : Optional.empty();
        });
    }

    /**
     * How many pages of 2 MiB the pool for MFD_HUGETLB has left.
     *
     * @return 0 too where there is no pool
     */
    public static long freeInPool() {
        return KernelText.readNumber(FREE).orElse(0L);
    }
}
