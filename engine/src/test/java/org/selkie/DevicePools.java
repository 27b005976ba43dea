// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.selkie.extent.StandInDevice;
import org.selkie.testing.Pools;

/** Pools on a file that stands in for a device. Its main method is a process that appends until it is killed. */
final class DevicePools {

    private DevicePools() {
    }

    /** Durable, as a device is. */
    static PoolOptions options() {
        return PoolOptions.defaults().withExtentBytes(Pools.EXTENT_BYTES);
    }

    static Path device(Path file, long sizeBytes) {
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(sizeBytes);
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Pool open(Path device, PoolOptions options, long alignmentBytes) {
        return PoolOpening.on(device.toString(), options, extentOptions -> new DeviceMedium(device,
                StandInDevice.of(device, alignmentBytes), extentOptions,
                (path, offset, asked) -> StandInDevice.open(path, offset, asked, alignmentBytes)));
    }

    /** The alignment is that of an extent. */
    static Pool open(Path device, PoolOptions options) {
        return open(device, options, Pools.EXTENT_BYTES);
    }

    public static void main(String[] arguments) {
        try (Pool pool = open(Path.of(arguments[0]), options())) {
            for (long number = 0;; number++) {
                for (String name : new String[] {"one", "two"}) {
                    long position = pool.log(name).append(Pools.payload(number, 3000));
                    System.out.println("done " + name + " " + position);
                }
            }
        }
    }
}
