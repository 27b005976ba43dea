// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel lets this process do; capabilities(7). */
public final class Capabilities {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String EFFECTIVE = "CapEff:";

    private Capabilities() {}

    /**
     * Whether the process has a capability now.
     *
     * @param capability one of {@code KernelAbi.CAP_*}
     * @return false too where /proc does not say
     */
    public static boolean has(int capability) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(EFFECTIVE)) {
                    long effective = Long.parseUnsignedLong(line.substring(EFFECTIVE.length()).trim(), 16);
                    return (effective >>> capability & 1) != 0;
                }
            }
        } catch (IOException e) {
            return false;
        }
        return false;
    }
}
