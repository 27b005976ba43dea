// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.DmaRefusedException;
import org.selkie.fault.ExtentPinnedException;
import org.selkie.fault.ReadOnlyException;
import org.selkie.fault.SealBrokenException;
import org.selkie.fault.SelkieException;
import org.selkie.fault.SystemCallException;
import org.selkie.os.FileHandle;
import org.selkie.os.Mapping;
import org.selkie.persist.Durability;
import org.selkie.persist.Granularity;
import org.selkie.persist.Persister;
import org.selkie.seal.LeaseTable;
import org.selkie.seal.Seal;
import org.selkie.seal.SealAudit;
import org.selkie.seal.SealTier;

/**
 * A mapped range whose blocks stay where they are: the only thing that a log may write to. Its way was probe, map,
 * seal; its end is persist, unmap, release the seal, close.
 *
 * <p>After a crash the extent holds what was persisted through {@link #persister()}, as its {@link #durability()} says;
 * what was stored and not persisted may be there, in parts or not at all.
 *
 * <p>Once the seal was released or revoked, every access through this class is a {@link SealBrokenException}. What was
 * taken from it before is not stopped: an owner asks {@code seal().requireWritable()} before it begins a write. Safe
 * for use by several threads, except that {@link #close()} is for the owner, when nobody accesses the memory any more.
 */
public final class Extent implements AutoCloseable {
    private final FileHandle handle;
    private final Mapping mapping;
    private final Seal seal;
    private final ExtentReport report;
    private final boolean readOnly;
    private final Persister persister;
    private int pins;
    /** Whether somebody has been given a way to store. */
    private volatile boolean mayBeDirty;
    private volatile boolean present;
    private volatile boolean closed;

    Extent(FileHandle handle, Mapping mapping, Seal seal, ExtentReport report, ExtentOptions options) {
        this.handle = handle;
        this.mapping = mapping;
        this.seal = seal;
        this.report = report;
        this.readOnly = options.readOnly();
        this.persister = Persister.of(report.granularity());
        this.present = report.populated();
    }

    /**
     * Makes a file with all of its blocks allocated and zero, maps it and seals it. File and name are durable when it
     * returns. A crash before that may leave a file that is not whole; a failure leaves none.
     *
     * @param file where; nothing may lie there
     * @param options what is asked of it; the length is needed
     * @return the extent
     */
    public static Extent create(Path file, ExtentOptions options) {
        return Opening.create(file, options);
    }

    /**
     * Maps an existing file and seals it. A flag that a crashed holder left on it is cleared first.
     *
     * @param file the file, whole: a sparse or reflinked one is refused unless it is only read
     * @param options what is asked of it; the length 0 means as found
     * @return the extent
     */
    public static Extent open(Path file, ExtentOptions options) {
        return Opening.open(file, options, new LeaseTable());
    }

    /**
     * As {@link #open(Path, ExtentOptions)}, for somebody who opens many.
     *
     * @param leases who holds a lease, shared by opens that follow each other
     */
    public static Extent open(Path file, ExtentOptions options, LeaseTable leases) {
        return Opening.open(file, options, leases);
    }

    /**
     * Maps a slice of a device-dax. What lies on it stays.
     *
     * @param device the device file, for example {@code /dev/dax0.0}
     * @param offsetBytes where the slice begins, a multiple of the device's alignment
     * @param options what is asked of it; the length 0 means the rest of the device
     * @return the extent
     */
    public static Extent openDevice(Path device, long offsetBytes, ExtentOptions options) {
        return Opening.device(device, offsetBytes, options, DeviceAccess.KERNEL);
    }

    /**
     * Makes an extent in memory, which ends with the process; needs PROCESS_CRASH as the required durability.
     *
     * @param name a label for {@code /proc/self/maps}
     * @param options what is asked of it; the length is needed
     * @return the extent
     */
    public static Extent anonymous(String name, ExtentOptions options) {
        return Opening.anonymous(name, options);
    }

    /**
     * Memory that somebody else has and keeps, in the place of a file: for the crash-state explorer, which opens a pool on
     * thousands of images a second. Nothing is probed, and nothing keeps anybody else from the memory.
     *
     * @param handle what is closed with the extent; nothing is asked of it
     */
    static Extent over(String name, FileHandle handle, MemorySegment memory, Granularity granularity, ExtentOptions options) {
        return Opening.over(name, handle, memory, granularity, options);
    }

    /**
     * The mapped bytes. A Java access to a range that was truncated under it throws InternalError, perhaps late.
     *
     * @return a segment whose scope ends with {@link #close()}; read-only where the extent is
     */
    public MemorySegment segment() {
        requireAccess();
        mayBeDirty = true;
        return readOnly ? mapping.segment().asReadOnly() : mapping.segment();
    }

    /**
     * Where the extent begins in memory.
     *
     * @return an address that is valid until {@link #close()}
     */
    public long address() {
        requireAccess();
        mayBeDirty = true;
        return mapping.address();
    }

    /**
     * How long it is.
     *
     * @return bytes
     */
    public long lengthBytes() {
        return report.lengthBytes();
    }

    /**
     * The way to make stores to this extent durable.
     *
     * @return the persister that was chosen when it was mapped
     * @throws ReadOnlyException where the extent is only read: a store to it would end the process
     */
    public Persister persister() {
        requireAccess();
        if (readOnly) {
            throw new ReadOnlyException(report.name() + " is open for reading alone; open it writable to persist");
        }
        return persister;
    }

    /**
     * Makes every page present, for an owner that is going to store: on memory and DAX writable, so that no store faults.
     * Where pages are written back by the kernel, for reading alone: msync takes the write access away again at each page
     * that it writes back, so that all it would do is to make every page dirty. Does nothing to an extent that is only read,
     * that lost its seal, or where it was done before. A page that cannot be had is no error here: whoever reaches it meets
     * one.
     */
    public void makePresent() {
        if (!present && !readOnly && !closed && seal.state().admitsAccess()) {
            try {
                present = makePresent(mapping, report.granularity());
            } catch (SystemCallException e) {
                present = false;
            }
        }
    }

    /** As {@link #makePresent()}. Returns false where the kernel cannot. */
    static boolean makePresent(Mapping mapping, Granularity granularity) {
        return granularity == Granularity.PAGE ? mapping.populateForReading() : mapping.populate();
    }

    /**
     * What an acknowledged write survives.
     *
     * @return the level that was obtained, not weaker than the required one
     */
    public Durability durability() {
        return report.durability();
    }

    /**
     * What lies under the extent.
     *
     * @return the medium
     */
    public Medium medium() {
        return report.medium();
    }

    /**
     * What keeps the block map in place.
     *
     * @return the seal; its state can change at any time
     */
    public Seal seal() {
        return seal;
    }

    /**
     * What the extent got, and why.
     *
     * @return the report of the opening
     */
    public ExtentReport report() {
        return report;
    }

    /**
     * One line for a reader.
     *
     * @return name, length, medium, durability and seal
     */
    public String description() {
        return report.description();
    }

    /**
     * Audits: is the seal held, has the file its size and its blocks where they were. A finding revokes the seal.
     *
     * @throws SealBrokenException where it is not, with what was found first
     */
    public void verify() {
        requireOpen();
        SealAudit audit = seal.audit();
        if (!audit.isIntact()) {
            throw new SealBrokenException("the block map of " + report.name() + " is not what was sealed: "
                    + audit.finding().orElse(audit.state().toString()) + "; close the extent and open it again");
        }
    }

    /**
     * Keeps a range in place for a device or another reader of physical blocks. The whole extent is kept.
     *
     * @param offsetBytes where the range begins
     * @param lengthBytes its length
     * @return the pin; while it is open, {@link #close()} refuses
     */
    public RangePin pinRange(long offsetBytes, long lengthBytes) {
        return pin(offsetBytes, lengthBytes, "the " + seal.tier() + " seal keeps the whole extent");
    }

    /**
     * Grants a range to a device that writes by itself. Only where the kernel refuses to move a block: a lease or a
     * fingerprint would notice when the device has already written to blocks that belong to another file. And only where
     * it can pin the pages for long, which Linux does not on a DAX file (EOPNOTSUPP), unless MAP_DIRECT holds it: what
     * registers with on-demand paging needs no pin, and asks for {@link #pinRange}.
     *
     * @param offsetBytes where the range begins
     * @param lengthBytes its length
     * @return the pin to hold as long as the device may write
     * @throws DmaRefusedException where nothing in the kernel keeps the blocks in place
     */
    public RangePin registerForDma(long offsetBytes, long lengthBytes) {
        SealTier tier = seal.tier();
        if (!tier.kernelEnforced()) {
            throw new DmaRefusedException("dma into " + report.name() + " is refused: its " + tier
                    + " seal only detects or delays a move of its blocks; use device-dax or a tier that the kernel"
                    + " enforces");
        }
        boolean onDaxFile = report.medium() == Medium.FS_DAX || report.medium() == Medium.FS_DAX_ASYNC;
        if (onDaxFile && tier != SealTier.MAP_DIRECT) {
            throw new DmaRefusedException("dma into " + report.name() + " is refused: linux gives no long-term pins on a"
                    + " DAX file (EOPNOTSUPP), whatever its " + tier + " seal keeps; use device-dax, or pinRange and"
                    + " on-demand paging");
        }
        return pin(offsetBytes, lengthBytes, "the " + tier + " seal keeps the whole extent");
    }

    private synchronized RangePin pin(long offsetBytes, long lengthBytes, String note) {
        requireOpen();
        seal.requireWritable();
        if (offsetBytes < 0 || lengthBytes <= 0 || offsetBytes > lengthBytes() - lengthBytes) {
            throw new IndexOutOfBoundsException("a range of " + lengthBytes + " bytes at " + offsetBytes
                    + " is not inside the " + lengthBytes() + " bytes of " + report.name());
        }
        pins++;
        return new RangePin(offsetBytes, lengthBytes, lengthBytes(), note, this::unpin);
    }

    private synchronized void unpin() {
        pins--;
    }

    private void requireAccess() {
        requireOpen();
        seal.requireAccess();
    }

    private void requireOpen() {
        if (closed) {
            throw new SealBrokenException("the extent " + report.name() + " is closed; open it again");
        }
    }

    /**
     * Persists what was stored, unmaps, releases the seal and closes, in that order: the blocks may move only when
     * nothing reaches them any more. What was stored is not known, so all of the extent is persisted if anybody was ever
     * given its {@link #segment()} or {@link #address()}, and nothing otherwise. Everything is given back even where one
     * step fails; the first failure is thrown. Closing twice does nothing.
     *
     * @throws ExtentPinnedException where a pinned range is still out; nothing was closed
     */
    @Override
    public void close() {
        close(mayBeDirty);
    }

    /**
     * As {@link #close()}, for an owner that has persisted what it stored, or that must not persist it any more: a log is
     * responsible for its extents' bytes from the first to the last, and after a failed write-back another one would succeed
     * without having written anything. What was stored and not persisted is left to the kernel, and may be lost.
     *
     * @throws ExtentPinnedException where a pinned range is still out; nothing was closed
     */
    public void closePersisted() {
        close(false);
    }

    private void close(boolean persist) {
        synchronized (this) {
            if (closed) {
                return;
            }
            if (pins > 0) {
                throw new ExtentPinnedException(report.name() + " cannot close: " + pins
                        + " pinned range(s) are out; close them first");
            }
            closed = true;
        }
        SelkieException failure = persist ? attempt(this::persistWhole, null) : null;
        unmap();
        failure = attempt(seal::release, failure);
        failure = attempt(handle::close, failure);
        if (failure != null) {
            throw failure;
        }
    }

    private void unmap() {
        try {
            mapping.close();
        } catch (IllegalStateException e) {
            // The blocks must not be let go while they are still reached: the extent stays as it was.
            closed = false;
            throw new ExtentPinnedException(report.name() + " cannot close: a thread is inside a call with it; "
                    + "stop the readers and writers first", e);
        }
    }

    private void persistWhole() {
        // A broken seal promises nothing about where a flush would go.
        if (!readOnly && seal.state().admitsAccess()) {
            persister.persist(mapping.address(), mapping.lengthBytes());
        }
    }

    private static @Nullable SelkieException attempt(Runnable step, @Nullable SelkieException before) {
        try {
            step.run();
            return before;
        } catch (SelkieException e) {
            if (before == null) {
                return e;
            }
            before.addSuppressed(e);
            return before;
        }
    }

    @Override
    public String toString() {
        return description() + ", " + seal.state();
    }
}
