// SPDX-License-Identifier: Apache-2.0
package org.selkie.persist;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;

final class PersistenceDomainTest {
    @TempDir
    private Path bus;

    private void region(String name, String domain) throws Exception {
        Path region = Files.createDirectory(bus.resolve(name));
        Files.writeString(region.resolve("persistence_domain"), domain + "\n");
    }

    @Test
    void nothingIsWrittenBackOnlyWhereEveryRegionKeepsTheCaches() throws Exception {
        region("region0", "cpu_cache");
        region("region1", "cpu_cache");
        assertEquals(Granularity.BYTE, PersistenceDomain.read(bus).granularity());
        region("region2", "memory_controller");
        PersistenceDomain mixed = PersistenceDomain.read(bus);
        assertEquals(Granularity.CACHE_LINE, mixed.granularity());
        assertEquals(
                "region0=cpu_cache, region1=cpu_cache, region2=memory_controller", mixed.description());
    }

    @Test
    void aRegionThatDoesNotSayCountsAsOneThatDoesNotKeepThem() throws Exception {
        region("region0", "cpu_cache");
        Files.createDirectory(bus.resolve("region1"));
        assertEquals(Granularity.CACHE_LINE, PersistenceDomain.read(bus).granularity());
        assertEquals("region0=cpu_cache, region1=unknown", PersistenceDomain.read(bus).description());
    }

    @Test
    void withoutABusOrARegionNothingIsPromised() throws Exception {
        assertEquals(Granularity.CACHE_LINE, PersistenceDomain.read(bus.resolve("missing")).granularity());
        Files.createDirectory(bus.resolve("nmem0"));
        assertEquals(Granularity.CACHE_LINE, PersistenceDomain.read(bus).granularity());
        assertEquals("no nvdimm region names a persistence domain", PersistenceDomain.read(bus).description());
    }
}
