// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.util.Optional;
import java.util.function.Consumer;
import org.selkie.os.FileHandle;
import org.selkie.os.FileStatus;

/**
 * What a seal is put on.
 *
 * @param name the extent, for messages
 * @param handle the open file; stays open until the seal is released
 * @param lengthBytes how much of the file is sealed, from its beginning
 * @param listener told of every change of the state
 */
public record SealTarget(String name, FileHandle handle, long lengthBytes, Consumer<SealEvent> listener) {

    /** What has changed since a fingerprint of an ordinary file was taken. */
    Optional<String> changeSince(BlockMap before) {
        FileStatus status = handle.status();
        if (status.links() == 0) {
            return Optional.of("its name was removed: what is written is lost when the last user closes it");
        }
        return before.driftTo(BlockMap.read(handle, lengthBytes, false));
    }
}
