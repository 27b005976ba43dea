// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.nio.file.Path;
import java.util.Objects;
import org.selkie.os.FileHandle;
import org.selkie.os.FileIdentity;
import org.selkie.os.InodeFlags;
import org.selkie.os.KernelAbi;

/**
 * The steps on a file itself.
 *
 * @param handle the file, open; need not be open for writing
 * @param file its path
 */
record SealedFile(FileHandle handle, Path file) implements SealSteps {

    private static final int LONGEST_BYTES = 4096;

    @Override
    public Marker createMarker() {
        FileHandle marker = FileHandle.open(SealMarker.of(file), KernelAbi.O_RDWR | KernelAbi.O_CREAT | KernelAbi.O_EXCL);
        return new Marker() {
            @Override
            public void write(byte[] content) {
                marker.write(0, content);
            }

            @Override
            public void sync() {
                marker.sync();
            }

            @Override
            public void close() {
                marker.close();
            }
        };
    }

    @Override
    public byte[] readMarker() {
        try (FileHandle marker = FileHandle.open(SealMarker.of(file), 0)) {
            return marker.read(0, LONGEST_BYTES);
        }
    }

    @Override
    public void removeMarker() {
        FileHandle.unlink(SealMarker.of(file));
    }

    @Override
    public void syncDirectory() {
        syncDirectoryOf(file);
    }

    static void syncDirectoryOf(Path file) {
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        try (FileHandle opened = FileHandle.open(directory, KernelAbi.O_DIRECTORY)) {
            opened.sync();
        }
    }

    @Override
    public int changeFlag(boolean immutable) {
        int flag = KernelAbi.FS_IMMUTABLE_FL;
        return InodeFlags.tryChange(handle, immutable ? flag : 0, immutable ? 0 : flag);
    }

    @Override
    public boolean isImmutable() {
        return handle.status().isImmutable();
    }

    @Override
    public void syncFile() {
        handle.sync();
    }

    @Override
    public FileIdentity identity() {
        return handle.status().identity();
    }
}
