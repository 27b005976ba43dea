// SPDX-License-Identifier: Apache-2.0
package org.selkie.fault;

/** Records that were acknowledged are not readable: the extent that held them is not there, while later ones are. */
public final class MissingExtentException extends DamagedRecordException {

    private static final long serialVersionUID = 1L;

    private final long fromPosition;
    private final long toPosition;

    /** What is missing of a log: everything from a position on, up to another one. */
    public MissingExtentException(String message, long fromPosition, long toPosition) {
        super(message);
        this.fromPosition = fromPosition;
        this.toPosition = toPosition;
    }

    /** The first position that is missing. */
    public long fromPosition() {
        return fromPosition;
    }

    /** The first position behind that is not missing. */
    public long toPosition() {
        return toPosition;
    }
}
