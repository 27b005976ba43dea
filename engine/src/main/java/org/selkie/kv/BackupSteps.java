// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.nio.file.Path;

/** Is told of each step by which a backup's files change, when it is done: for whoever asks what a crash in between leaves. */
@FunctionalInterface
interface BackupSteps {

    /** What was done to a file or a directory. */
    enum Step {
        /** A directory is there, with a name that is not durable. */
        DIRECTORY_MADE,
        /** A file is there, empty, with a name that is not durable. */
        FILE_MADE,
        /** What a file holds is durable. */
        FORCED,
        /** A file has this name, which may have been another's. */
        RENAMED,
        /** A file has no name any more. */
        REMOVED,
        /** What a directory's files are called is durable. */
        NAMES_FORCED
    }

    /** Nobody asks. */
    BackupSteps NONE = (_, _) -> { };

    void done(Step step, Path file);
}
