// SPDX-License-Identifier: Apache-2.0
package org.selkie.bench.program;

import java.util.List;
import java.util.stream.Collectors;
import org.selkie.bench.contender.Emulation;

/** Devices that few have, as what they add to memory, each with the source of its figures. */
public final class EmulationProfiles {

    /** All of them. */
    public static final List<Emulation> ALL = List.of(
            new Emulation("optane-1", 4, 2_300_000_000L, "Yang et al., An Empirical Guide to the Behavior and Use of Scalable"
                    + " Persistent Memory, FAST 2020: one DIMM writes 2.3 GB/s, non-temporal stores and fence 90 ns against 86 on"
                    + " DRAM; its 256 B lines and its slow reads are not emulated"),
            new Emulation("optane-6", 4, 13_900_000_000L, "Izraelevitz et al., Basic Performance Measurements of the Intel"
                    + " Optane DC"
                    + " Persistent Memory Module, arXiv 1903.05714: six interleaved DIMMs write 13.9 GB/s; latency as optane-1"),
            new Emulation("cxl", 150, 20_000_000_000L, "Sun et al., Demystifying CXL Memory with Genuine CXL-Ready Systems and"
                    + " Devices,"
                    + " MICRO 2023, and Liu et al., arXiv 2405.14209: local memory's latency times two and more; 150 ns and 20"
                            + " GB/s"
                    + " are round figures within what they saw, not one device's"),
            new Emulation("nvdimm-n", 0, 0, "JEDEC JESD245, byte-addressable NVDIMM-N: DRAM with a battery, at DRAM's speed"),
            new Emulation("slow", 1000, 1_000_000_000L, "nobody's: a microsecond a fence and 1 GB/s, to see what an algorithm"
                    + " rests on"));

    private EmulationProfiles() {
    }

    /** The one of a name. */
    public static Emulation named(String name) {
        return ALL.stream().filter(profile -> profile.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown profile " + name + "; expected one of "
                        + ALL.stream().map(Emulation::name).collect(Collectors.joining(", "))));
    }
}
