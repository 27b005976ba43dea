// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

/**
 * Something that recovery met and that is not a record.
 *
 * @param extent       the file or slice
 * @param offsetBytes  in the extent
 * @param position     in the log; -1 if it cannot be known
 * @param lengthBytes  of what is dropped, on media; 0 if it cannot be known
 * @param why          how recovery knows
 */
public record Finding(Kind kind, String extent, long offsetBytes, long position, long lengthBytes, String why) {

    /** What it is, and whether anything acknowledged is lost by it. */
    public enum Kind {
        /**
         * The last record or batch does not verify, and nothing says that it was ever durable: it was being written, or was
         * damaged before anything was appended behind it.
         */
        TORN_TAIL(false),
        /**
         * A place with records behind it that does not verify, and of which nothing says that it was ever durable. With one
         * writer it was never acknowledged; with several the records behind vouch only for what was some kilobytes before
         * them, so it can also be one of the last records before a crash, damaged since.
         */
        UNFINISHED(false),
        /** One of the two copies of an extent's header does not verify, the other does; an opening for writing writes it anew. */
        HEADER_COPY(false),
        /** A user's record in a store's log: whole, but only {@link RecoveryMode#SALVAGE} opens the store with it. */
        FOREIGN_RECORD(false),
        /** Records that were durable do not verify any more. */
        DAMAGE(true),
        /** Memory could not be read. */
        MEDIA_ERROR(true),
        /** An extent of the log is not there. */
        MISSING_EXTENT(true);

        private final boolean loss;

        Kind(boolean loss) {
            this.loss = loss;
        }

        /** Whether records that were acknowledged may be lost. */
        public boolean isLoss() {
            return loss;
        }
    }

    @Override
    public String toString() {
        String where = position < 0 ? "" : "position " + position + ", ";
        // One line, whatever a forged name or another's message has in it.
        String line = kind + " in " + extent + " at offset " + offsetBytes + " (" + where + lengthBytes + " bytes): " + why;
        return line.replaceAll("\\p{Cntrl}+", " ");
    }
}
