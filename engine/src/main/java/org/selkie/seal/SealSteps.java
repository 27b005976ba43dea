// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import org.selkie.os.FileIdentity;

/**
 * What {@link SealMarker} does to a file, to its marker and to their directory: one method for each step that a crash may come
 * before or after, so that a test can have it come there. Nothing is durable before the sync that its step names.
 */
interface SealSteps {

    /** The marker while it is written. */
    interface Marker extends AutoCloseable {
        void write(byte[] content);

        /** Makes its content durable, and not its name. */
        void sync();

        @Override
        void close();
    }

    /** Makes an empty marker; fails where there is one. */
    Marker createMarker();

    /** The marker's content, as far as that can be one. */
    byte[] readMarker();

    void removeMarker();

    /** Makes durable that the marker is there, or is gone. */
    void syncDirectory();

    /**
     * Sets or clears the file's immutable flag.
     *
     * @return 0, or the error number
     */
    int changeFlag(boolean immutable);

    boolean isImmutable();

    /** Makes the flag durable as it is. */
    void syncFile();

    FileIdentity identity();
}
