// SPDX-License-Identifier: Apache-2.0
package org.selkie.persist;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Up to where a store must travel to survive a power loss, as the firmware declares it for each region of the nvdimm
 * bus: {@code /sys/bus/nd/devices/region*}{@code /persistence_domain}; ndctl-list(1); Linux 4.17.
 *
 * @param regions the domain of each region by its name: {@code cpu_cache}, {@code memory_controller}, or empty where
 *     the
 *     firmware does not say
 */
public record PersistenceDomain(Map<String, String> regions) {
    /** The domain that includes the caches: whatever is stored and globally visible survives. */
    public static final String CPU_CACHE = "cpu_cache";

    private static final Path BUS = Path.of("/sys/bus/nd/devices");
    private static final String REGIONS = "region*";

    /** Copies what it is given. */
    public PersistenceDomain {
        regions = Map.copyOf(regions);
    }

    /**
     * Reads what this machine declares.
     *
     * @return no regions where there is no nvdimm bus
     */
    public static PersistenceDomain ofThisMachine() {
        return read(BUS);
    }

    static PersistenceDomain read(Path bus) {
        Map<String, String> regions = new TreeMap<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(bus, REGIONS)) {
            for (Path region : found) {
                Path file = region.resolve("persistence_domain");
                regions.put(
                        region.getFileName().toString(),
                        Files.exists(file) ? Files.readString(file).trim() : "");
            }
        } catch (IOException e) {
            // No bus, or one that cannot be read: nothing is known, so nothing is promised.
            return new PersistenceDomain(Map.of());
        }
        return new PersistenceDomain(regions);
    }

    /**
     * How fine the write-back must be for memory on this machine: nothing to write back only where every region says
     * that the caches survive. One region that does not is enough to need the write-back, because a mapping does not
     * say in which region it lies.
     *
     * @return BYTE or CACHE_LINE
     */
    public Granularity granularity() {
        boolean everywhere = !regions.isEmpty() && regions.values().stream().allMatch(CPU_CACHE::equals);
        return everywhere ? Granularity.BYTE : Granularity.CACHE_LINE;
    }

    /**
     * For a reader.
     *
     * @return for example {@code region0=memory_controller}
     */
    public String description() {
        if (regions.isEmpty()) {
            return "no nvdimm region names a persistence domain";
        }
        StringBuilder text = new StringBuilder();
        new TreeMap<>(regions).forEach((region, domain) -> text.append(text.isEmpty() ? "" : ", ")
                .append(region)
                .append('=')
                .append(domain.isEmpty() ? "unknown" : domain));
        return text.toString();
    }
}
