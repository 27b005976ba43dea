// SPDX-License-Identifier: Apache-2.0
package org.selkie.extent;

import java.util.Optional;
import org.selkie.fault.DurabilityUnavailableException;
import org.selkie.persist.Durability;
import org.selkie.persist.Granularity;
import org.selkie.persist.PersistenceDomain;

/**
 * The cheapest way to make a store as durable as required, chosen before the first byte.
 *
 * @param durability what is obtained
 * @param granularity how stores are made durable
 * @param reason why, for a reader
 * @param restsOn on whose word it rests besides this machine's
 */
record DurabilityPlan(Durability durability, Granularity granularity, String reason, Optional<String> restsOn) {

    private DurabilityPlan(Durability durability, Granularity granularity, String reason) {
        this(durability, granularity, reason, Optional.empty());
    }

    /** This plan, with a word that it rests on; nothing rests on anybody where only the process may crash. */
    DurabilityPlan restingOn(Optional<String> whose) {
        return durability == Durability.POWER_FAILURE && whose.isPresent()
                ? new DurabilityPlan(durability, granularity, reason + "; it rests on " + whose.get(), whose)
                : this;
    }

    /** Chooses the way, or refuses. */
    static DurabilityPlan choose(String name, Medium medium, Durability required) {
        if (medium.isPersistent() && medium.isDirect()) {
            PersistenceDomain domain = PersistenceDomain.ofThisMachine();
            Granularity granularity = domain.granularity();
            String how = granularity == Granularity.BYTE ? "a fence, the caches survive" : "write-back and a fence";
            return new DurabilityPlan(
                    Durability.POWER_FAILURE,
                    granularity,
                    medium.description() + ": " + how + " (" + domain.description() + ")");
        }
        if (required == Durability.PROCESS_CRASH) {
            return new DurabilityPlan(
                    Durability.PROCESS_CRASH,
                    Granularity.CACHE_LINE,
                    medium.description() + ", flushed as if it were persistent memory: the emulation, by choice"
                            + (medium == Medium.MEMFD ? "; it ends with the last process that has it" : ""));
        }
        if (medium.isPersistent()) {
            return new DurabilityPlan(
                    Durability.POWER_FAILURE, Granularity.PAGE, medium.description() + ": msync of the pages");
        }
        throw new DurabilityUnavailableException(name + " cannot keep POWER_FAILURE: " + medium.description()
                + " is gone with the power; put it on a disk or persistent memory, or ask for PROCESS_CRASH");
    }
}
