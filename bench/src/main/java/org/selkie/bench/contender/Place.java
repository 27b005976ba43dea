// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.contender;

import java.nio.file.Path;
import java.util.Optional;
import org.selkie.extent.ProbeReport;
import org.selkie.persist.Durability;

/**
 * Where a contest is held.
 *
 * @param directory  a fresh one for every contender to make its own in
 * @param device     the device-dax that the engine and C use in its stead
 * @param durability what the engine promises there
 * @param probe      what the engine found out about it
 * @param emulation  what is added, where the device is not there
 */
public record Place(Path directory, Optional<Path> device, Durability durability, ProbeReport probe, Emulation emulation) {

    /** Whether msync and fdatasync reach anything that outlives the power. */
    public boolean isPersistent() {
        return probe.medium().map(medium -> medium.isPersistent()).orElse(false);
    }

    /** Whether stores reach the medium without a system call. */
    public boolean isDirect() {
        return probe.medium().map(medium -> medium.isDirect()).orElse(false);
    }

    /** In words, what a write survives that the processor's own instructions have made durable. */
    public String survivesByInstructions() {
        if (isPersistent() && isDirect()) {
            return "loss of power";
        }
        return isPersistent() ? "kill -9; the page cache is lost with the power" : "kill -9; memory is lost with the power";
    }

    /** In words, what a write survives after fsync, fdatasync or msync. */
    public String survivesByForce() {
        return isPersistent() ? "loss of power" : "kill -9; there is nothing behind memory that a force could reach";
    }
}
