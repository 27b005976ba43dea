// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.util.Optional;
import org.selkie.fault.SealUnavailableException;
import org.selkie.os.Errno;
import org.selkie.os.KernelAbi;
import org.selkie.os.MemfdSeals;

/**
 * The seals of a memfd, which the kernel enforces against everybody and never takes off again. F_SEAL_FUTURE_WRITE, set
 * after the mapping was made, leaves that mapping writable and refuses every other way in, holes included; kernels
 * before 5.1 lack it, and there a hole can still be punched by whoever has the descriptor.
 */
public final class MemfdSeal extends Seal {
    private static final int SIZE = KernelAbi.F_SEAL_SHRINK | KernelAbi.F_SEAL_GROW;

    private final BlockMap sealed;

    private MemfdSeal(SealTarget target, BlockMap sealed) {
        super(SealTier.MEMFD, target);
        this.sealed = sealed;
    }

    /**
     * Adds the seals.
     *
     * @param target the memfd, mapped writable, made with MFD_ALLOW_SEALING
     * @param sealed its fingerprint now
     * @return the seal
     * @throws SealUnavailableException where the file takes no seals
     */
    public static MemfdSeal take(SealTarget target, BlockMap sealed) {
        int errno = MemfdSeals.tryAdd(target.handle(), SIZE | KernelAbi.F_SEAL_FUTURE_WRITE | KernelAbi.F_SEAL_SEAL);
        if (errno == Errno.EINVAL) {
            errno = MemfdSeals.tryAdd(target.handle(), SIZE | KernelAbi.F_SEAL_SEAL);
        }
        if (errno != 0) {
            throw new SealUnavailableException("a MEMFD seal on " + target.name() + " failed: fcntl(F_ADD_SEALS) = "
                    + Errno.name(errno) + "; only a memfd takes these seals: use ADVISORY or LEASE on a file");
        }
        return new MemfdSeal(target, sealed);
    }

    @Override
    Optional<String> inspect() {
        int missing = SIZE & ~MemfdSeals.get(target().handle());
        if (missing != 0) {
            return Optional.of("the kernel no longer reports the seals 0x" + Integer.toHexString(missing));
        }
        return sealed.driftTo(BlockMap.read(target().handle(), target().lengthBytes(), false));
    }

    @Override
    void letGo() {
        // A property of the inode: it ends with the memfd itself.
    }
}
