// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What is read from /proc and /sys, on this machine where it has it and on a copy of its shape where it has not. */
final class SystemFilesTest {
    @TempDir
    private Path temporary;

    @Test
    void aMountIsReadWithItsOptionsAndEscapes() {
        MountPoint mount = MountPoint.parse(
                "36 35 98:0 /root /mnt\\0402 rw,noatime master:1 - ext4 /dev/pmem0 rw,errors=continue,dax=always");
        assertEquals(Path.of("/mnt 2"), mount.directory());
        assertEquals("ext4", mount.fileSystem());
        assertEquals("/dev/pmem0", mount.source());
        assertEquals(Set.of("rw", "noatime", "errors=continue", "dax=always"), mount.options());
    }

    @Test
    void aPathIsFoundOnTheMountThatHoldsIt() {
        try (Mount mount = Mount.tmpfs(temporary, 1 << 20)) {
            MountPoint found = MountPoint.of(mount.directory()).orElseThrow();
            assertEquals(mount.directory(), found.directory());
            assertEquals("tmpfs", found.fileSystem());
            assertTrue(found.options().contains("size=1024k"), found::toString);
        }
    }

    @Test
    void theKernelIsNewerThanTheOldestOneSupported() {
        assertTrue(Linux.isAtLeast(4, 15), Linux::release);
        assertFalse(Linux.isAtLeast(99, 0), Linux::release);
        assertEquals(Command.check("uname", "-r"), Linux.release());
    }

    @Test
    void aDeviceDaxIsReadFromSysfs() throws Exception {
        Path device = fakeDevice("ndbus0/region0/dax0.1/dax0.0", "dax");
        Files.writeString(device.resolve("size"), "534773760\n");
        Files.writeString(device.resolve("align"), "2097152\n");
        assertEquals(Optional.of(new DaxDevice("dax0.0", 534773760, 2 << 20, true)), DaxDevice.at(device));
    }

    @Test
    void aDeviceDaxOutsideAnNvdimmBusIsNotPersistentAndItsAlignmentIsAHugePage() throws Exception {
        Path device = fakeDevice("platform/hmem.0/dax1.0", "dax");
        Files.writeString(device.resolve("size"), "0x40000000\n");
        assertEquals(Optional.of(new DaxDevice("dax1.0", 1 << 30, 2 << 20, false)), DaxDevice.at(device));
    }

    @Test
    void anotherCharacterDeviceIsNoDeviceDax() throws Exception {
        assertEquals(Optional.empty(), DaxDevice.at(fakeDevice("virtual/mem/zero", "mem")));
        assertEquals(Optional.empty(), DaxDevice.of(FileHandle.statusOf(Path.of("/dev/zero"))));
    }

    private Path fakeDevice(String path, String subsystem) throws Exception {
        Path device = Files.createDirectories(temporary.resolve(path));
        Path bus = Files.createDirectories(temporary.resolve("bus").resolve(subsystem));
        Files.createSymbolicLink(device.resolve("subsystem"), bus);
        return device;
    }

    @Test
    void capabilitiesAreThoseOfTheProcess() {
        String status = Command.check("grep", "CapEff", "/proc/" + ProcessHandle.current().pid() + "/status");
        long effective = Long.parseUnsignedLong(status.substring(status.indexOf(':') + 1).trim(), 16);
        for (int capability : new int[] {KernelAbi.CAP_LINUX_IMMUTABLE, KernelAbi.CAP_LEASE}) {
            assertEquals((effective >>> capability & 1) == 1, Capabilities.has(capability));
        }
    }
}
