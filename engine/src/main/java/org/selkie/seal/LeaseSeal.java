// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.selkie.fault.SealUnavailableException;
import org.selkie.os.Errno;
import org.selkie.os.Lease;

/**
 * The seal that can be broken on purpose: whoever opens or truncates the file waits, the holder is told and has until
 * the deadline to drain, persist and close. A holder that does not is revoked shortly before the kernel would take the
 * lease, so that no access is admitted any more when the file begins to change.
 */
public final class LeaseSeal extends Seal {
    /** How much earlier than the kernel the seal gives up; a tenth of the time, at most this. */
    private static final Duration MARGIN = Duration.ofSeconds(2);

    private static final int MARGIN_DIVISOR = 10;

    /** Where the kernel sets no limit: long enough to be none, short enough to be added to an instant. */
    private static final Duration FOREVER = Duration.ofDays(36_500);

    private final BlockMap sealed;
    private final Duration grace;
    private boolean over;

    private LeaseSeal(SealTarget target, BlockMap sealed, Duration grace) {
        super(SealTier.LEASE, target);
        this.sealed = sealed;
        this.grace = grace;
    }

    /**
     * Takes the lease.
     *
     * @param target the file; its handle must be the only open one
     * @param sealed its block map now
     * @param longestGrace how long the holder may take to let go at most; the kernel's own limit applies as well
     * @return the seal
     * @throws SealUnavailableException where the lease cannot be had
     */
    public static LeaseSeal take(SealTarget target, BlockMap sealed, Duration longestGrace) {
        int errno = Lease.tryTake(target.handle());
        if (errno != 0) {
            throw new SealUnavailableException("a LEASE seal on " + target.name()
                    + " failed: fcntl(F_SETLEASE, F_WRLCK) = " + Errno.name(errno) + "; " + remedy(errno));
        }
        LeaseSeal seal = new LeaseSeal(target, sealed, shorter(longestGrace, kernelGrace()));
        LeaseWatch.add(seal);
        return seal;
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case Errno.EAGAIN -> "somebody else has the file open: close it there first (fuser names it)";
            case Errno.EACCES -> "only the file's owner or CAP_LEASE may: run as its owner";
            default -> "the file system knows no leases: use ADVISORY";
        };
    }

    private static Duration kernelGrace() {
        Duration breakTime = Lease.breakTime();
        if (breakTime.isZero()) {
            return FOREVER;
        }
        return breakTime.minus(shorter(MARGIN, breakTime.dividedBy(MARGIN_DIVISOR)));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** One look by the watcher: begins the break, or ends it. Returns false once there is nothing left to watch. */
    synchronized boolean look(Instant now) {
        if (over) {
            return false;
        }
        if (state() instanceof SealState.Breaking breaking && !now.isBefore(breaking.deadline())) {
            over = true;
            tellLater(revoking("the holder kept it beyond the deadline " + breaking.deadline()));
            Lease.release(target().handle());
            return false;
        }
        if (state().admitsWriters() && !Lease.isHeld(target().handle())) {
            tellLater(breaking(now.plus(grace), "another process wants the file"));
        }
        return state().admitsAccess();
    }

    @Override
    Optional<String> inspect() {
        return target().changeSince(sealed);
    }

    @Override
    synchronized void letGo() {
        if (!over) {
            over = true;
            Lease.release(target().handle());
        }
    }
}
