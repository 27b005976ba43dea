// SPDX-License-Identifier: Apache-2.0
package org.selkie.seal;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import org.selkie.fault.SealBrokenException;

/**
 * Keeps the block map of an extent in place from map to unmap, as far as its tier goes. The state only ever moves
 * forward: HELD, perhaps BREAKING, then RELEASED or REVOKED.
 *
 * <p>A seal is not durable: it ends with the process. What the file system keeps of it (the immutable flag) is cleared
 * by {@link SealMarker#recover(Path)}. Safe for use by several threads.
 */
public abstract sealed class Seal
        permits AdvisorySeal, DeviceSeal, ImmutableSeal, LeaseSeal, MapDirectSeal, MemfdSeal, ObservedSeal {
    private final SealTier tier;
    private final SealTarget target;
    private volatile SealState state = new SealState.Held();
    private final AtomicBoolean letGo = new AtomicBoolean();

    Seal(SealTier tier, SealTarget target) {
        this.tier = tier;
        this.target = target;
        SealChangeEvent.emit(target.name(), tier, "", state);
    }

    /** What the seal was put on. */
    final SealTarget target() {
        return target;
    }

    /** Looks for a change; says what it found. Called only while the seal is held or breaking. */
    abstract Optional<String> inspect();

    /** Ends what keeps the map in place. Called once, whatever the state was. */
    abstract void letGo();

    /**
     * Who keeps the block map.
     *
     * @return the tier that was obtained
     */
    public final SealTier tier() {
        return tier;
    }

    /**
     * Where the seal stands now.
     *
     * @return the state; RELEASED and REVOKED are final
     */
    public final SealState state() {
        return state;
    }

    /**
     * Refuses a new writer unless the seal is held.
     *
     * @throws SealBrokenException while it is breaking, and after it was released or revoked
     */
    public final void requireWritable() {
        SealState now = state;
        if (!now.admitsWriters()) {
            throw broken(now);
        }
    }

    /**
     * Refuses an access once the blocks may have moved.
     *
     * @throws SealBrokenException after the seal was released or revoked
     */
    public final void requireAccess() {
        SealState now = state;
        if (!now.admitsAccess()) {
            throw broken(now);
        }
    }

    private SealBrokenException broken(SealState now) {
        return new SealBrokenException("the " + tier + " seal of " + target.name() + " is " + now
                + "; close the extent and open it again");
    }

    /**
     * Compares the file with what it was when it was sealed. A change revokes the seal.
     *
     * @return what was found
     */
    public final SealAudit audit() {
        SealState now = state;
        if (!now.admitsAccess()) {
            return new SealAudit(now, Optional.of(now.toString()));
        }
        Optional<String> finding = inspect();
        finding.ifPresent(this::revoke);
        return new SealAudit(state, finding);
    }

    /**
     * Lets go of the file. The owner has unmapped it before: from here on its blocks may move. A revoked seal stays
     * revoked, but what it left is cleaned up. Releasing twice does nothing.
     */
    public final void release() {
        if (letGo.compareAndSet(false, true)) {
            try {
                letGo();
            } finally {
                tell(move(was -> was.admitsAccess() ? new SealState.Released() : was));
            }
        }
    }

    /** Somebody wants the file; returns the event where that is news. */
    final Optional<SealEvent> breaking(Instant deadline, String reason) {
        return move(was -> was.admitsWriters() ? new SealState.Breaking(deadline, reason) : was);
    }

    /** The seal is lost; returns the event where that is news. */
    final Optional<SealEvent> revoking(String reason) {
        return move(was -> was.admitsAccess() ? new SealState.Revoked(reason) : was);
    }

    private void revoke(String reason) {
        tell(revoking(reason));
    }

    private Optional<SealEvent> move(UnaryOperator<SealState> step) {
        SealState before;
        SealState after;
        synchronized (letGo) {
            before = state;
            after = step.apply(before);
            state = after;
        }
        if (after.equals(before)) {
            return Optional.empty();
        }
        SealChangeEvent.emit(target.name(), tier, before.toString(), after);
        return Optional.of(new SealEvent(target.name(), tier, before, after));
    }

    /** Tells the listener on this thread. */
    final void tell(Optional<SealEvent> event) {
        event.ifPresent(target.listener());
    }

    /**
     * Tells the listener on a thread of its own: it is expected to drain and close, and whoever watches the other seals
     * must not wait for that.
     */
    final void tellLater(Optional<SealEvent> event) {
        event.ifPresent(news -> {
            Thread teller = new Thread(() -> target.listener().accept(news), "selkie-seal-listener");
            teller.setDaemon(true);
            teller.start();
        });
    }

    @Override
    public final String toString() {
        return tier + " seal of " + target.name() + ", " + state;
    }
}
