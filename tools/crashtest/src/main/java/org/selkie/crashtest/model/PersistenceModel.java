// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.model;

import org.selkie.crashtest.trace.Trace;
import org.selkie.crashtest.trace.TraceException;

/** What a crash may leave, by a contract of hardware or kernel. Immutable; used by several threads. */
public interface PersistenceModel {

    /** Short, as used on a command line, such as {@code adr}. */
    String name();

    /** Whether an ordinary store needs a flush to become durable. */
    boolean needsFlush();

    /** Whether it needs a fence. */
    boolean needsFence();

    /** What a flush writes back at least, and always as a whole: a line, or a page. */
    default long writeBackBytes() {
        return FlatMemory.LINE_BYTES;
    }

    /** Begins at a trace's start. Content that becomes certain is written to {@code persisted}, which the caller owns. */
    CrashStates start(Trace trace, FlatMemory persisted);

    /**
     * x86 with asynchronous DRAM refresh: what has left the caches survives, what has not is lost. A line persists a prefix of
     * its stores since its last complete write-back; eight aligned bytes are atomic; copies and non-temporal stores are
     * unordered; a flush counts after the next fence of its thread.
     */
    static PersistenceModel adr() {
        return new AdrModel();
    }

    /**
     * Caches that are flushed when the power fails (eADR, CXL Global Persistent Flush, batteries): a prefix of all stores, with
     * everything that was fenced. A flush writes nothing back, but says that its thread has seen the line.
     */
    static PersistenceModel eadr() {
        return new EadrModel();
    }

    /**
     * A mapped file in the page cache: each sector of a dirty page as it was at some moment since its last msync, which is
     * what a flush is here.
     *
     * @param sectorBytes what the device writes as a whole: 512 or 4096
     */
    static PersistenceModel pageCache(int sectorBytes) {
        if (sectorBytes != 512 && sectorBytes != 4096) {
            throw new TraceException("pageCache(" + sectorBytes + ") = no such sector; give 512 or 4096 bytes");
        }
        return new PageCacheModel(sectorBytes);
    }

    /** This model, and with it a media error on one line, or none. */
    default PersistenceModel withMediaError() {
        return new MediaErrorModel(this);
    }

    /** A model by its name: adr, eadr, page-cache-512, page-cache-4096, each also with {@code +media-error}. */
    static PersistenceModel named(String name) {
        String suffix = "+media-error";
        if (name.endsWith(suffix)) {
            return named(name.substring(0, name.length() - suffix.length())).withMediaError();
        }
        return switch (name) {
            case "adr" -> adr();
            case "eadr" -> eadr();
            case "page-cache-512" -> pageCache(512);
            case "page-cache-4096" -> pageCache(4096);
            default -> throw new TraceException("model(" + name + ") = unknown; there are adr, eadr, page-cache-512 and "
                    + "page-cache-4096, each also with " + suffix);
        };
    }
}
