// SPDX-License-Identifier: Apache-2.0
package org.selkie;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.selkie.extent.Extent;
import org.selkie.extent.ExtentOptions;
import org.selkie.fault.NoSpaceException;
import org.selkie.fault.PoolFullException;

/** Anonymous memory, a memfd for each extent. Nothing of it outlives the process. */
final class MemoryMedium implements ExtentMedium {

    private final String name;
    private final ExtentOptions extentOptions;
    private byte @Nullable [] header;

    MemoryMedium(String name, ExtentOptions extentOptions) {
        this.name = name;
        this.extentOptions = extentOptions;
    }

    @Override
    public Optional<byte[]> readPoolHeader() {
        return Optional.ofNullable(header);
    }

    @Override
    public void writePoolHeader(byte[] written) {
        header = written.clone();
    }

    @Override
    public void unmake() {
        // It goes with the process.
    }

    @Override
    public List<Integer> numbers() {
        return List.of();
    }

    @Override
    public Extent open(int number, long extentBytes) {
        throw new IllegalStateException("extent " + number + " of pool " + name + " is in memory and was never closed");
    }

    @Override
    public Extent create(int number, long extentBytes) {
        try {
            return Extent.anonymous(nameOf(number), extentOptions.withLengthBytes(extentBytes));
        } catch (NoSpaceException e) {
            throw new PoolFullException("pool " + name + " cannot grow by an extent of " + extentBytes + " bytes: "
                    + e.getMessage() + "; or trim a log", e);
        }
    }

    @Override
    public boolean isUnfinished(int number, long extentBytes) {
        return false;
    }

    @Override
    public boolean isFillable(int number, long extentBytes) {
        return false;
    }

    @Override
    public void fill(int number, long extentBytes) {
        throw new IllegalStateException("extent " + number + " of pool " + name + " is in memory");
    }

    @Override
    public void setAside(int number, long extentBytes) {
        throw new IllegalStateException("extent " + number + " of pool " + name + " is in memory");
    }

    @Override
    public boolean remove(int number) {
        return true;
    }

    @Override
    public boolean isKept() {
        return false;
    }

    @Override
    public String nameOf(int number) {
        return name + "-" + number;
    }

    @Override
    public void close() {
        header = null;
    }
}
