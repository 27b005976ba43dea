// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

/** What lies under an extent, as far as it decides how a store becomes durable. */
public enum Medium {
    /** A file on a DAX mount that takes MAP_SYNC: the processor alone makes a store durable. */
    FS_DAX("a DAX file with MAP_SYNC", true, true),
    /** A file that is reached without the page cache, but whose metadata needs msync: virtio-pmem. */
    FS_DAX_ASYNC("a DAX file without MAP_SYNC", true, false),
    /** A file behind the page cache: msync makes a store durable. */
    PAGE_CACHE("a file behind the page cache", true, false),
    /** A file in memory: gone with the power. */
    TMPFS("a file on tmpfs", false, false),
    /** A file in the pool of huge pages: gone with the power. */
    HUGETLBFS("a file on hugetlbfs", false, false),
    /** An anonymous file in memory: gone with the last process that has it. */
    MEMFD("a memfd", false, false),
    /** /dev/dax on an nvdimm: memory without a file system. */
    DEVICE_DAX("device-dax", true, true),
    /** /dev/dax on memory that nothing declares persistent. */
    DEVICE_DAX_VOLATILE("device-dax on memory that is not declared persistent", false, true);

    private final String description;
    private final boolean persistent;
    private final boolean direct;

    Medium(String description, boolean persistent, boolean direct) {
        this.description = description;
        this.persistent = persistent;
        this.direct = direct;
    }

    /**
     * For a reader.
     *
     * @return for example {@code a file on tmpfs}
     */
    public String description() {
        return description;
    }

    /**
     * Whether what is on it survives the loss of power.
     *
     * @return false for memory
     */
    public boolean isPersistent() {
        return persistent;
    }

    /**
     * Whether stores reach the medium by the processor's own means, without a system call.
     *
     * @return true for MAP_SYNC and device-dax
     */
    public boolean isDirect() {
        return direct;
    }

    /** Whether it is a file in memory, whose blocks are pages and come filled with zeros. */
    boolean isMemory() {
        return this == TMPFS || this == HUGETLBFS || this == MEMFD;
    }
}
