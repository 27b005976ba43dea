// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Flags as a reader of an error message knows them. */
final class FlagNames {
    private static final Map<Integer, String> OPEN = new LinkedHashMap<>();
    private static final Map<Integer, String> MAP = new LinkedHashMap<>();

    static {
        // O_TMPFILE contains O_DIRECTORY and must be taken out first.
        OPEN.put(KernelAbi.O_TMPFILE, "O_TMPFILE");
        OPEN.put(KernelAbi.O_RDWR, "O_RDWR");
        OPEN.put(KernelAbi.O_CREAT, "O_CREAT");
        OPEN.put(KernelAbi.O_EXCL, "O_EXCL");
        OPEN.put(KernelAbi.O_NONBLOCK, "O_NONBLOCK");
        OPEN.put(KernelAbi.O_PATH, "O_PATH");
        OPEN.put(KernelAbi.O_DIRECT, "O_DIRECT");
        OPEN.put(KernelAbi.O_DIRECTORY, "O_DIRECTORY");
        OPEN.put(KernelAbi.O_NOFOLLOW, "O_NOFOLLOW");
        OPEN.put(KernelAbi.O_CLOEXEC, "O_CLOEXEC");
        // MAP_SHARED_VALIDATE contains MAP_SHARED and MAP_PRIVATE and must be taken out first.
        MAP.put(KernelAbi.MAP_SHARED_VALIDATE, "MAP_SHARED_VALIDATE");
        MAP.put(KernelAbi.MAP_SHARED, "MAP_SHARED");
        MAP.put(KernelAbi.MAP_PRIVATE, "MAP_PRIVATE");
        MAP.put(KernelAbi.MAP_FIXED, "MAP_FIXED");
        MAP.put(KernelAbi.MAP_ANONYMOUS, "MAP_ANONYMOUS");
        MAP.put(KernelAbi.MAP_NORESERVE, "MAP_NORESERVE");
        MAP.put(KernelAbi.MAP_SYNC, "MAP_SYNC");
    }

    private FlagNames() {}

    static String open(int flags) {
        String text = names(flags, OPEN);
        boolean writable = (flags & (KernelAbi.O_RDWR | KernelAbi.O_PATH)) != 0;
        return writable ? text : "O_RDONLY|" + text;
    }

    static String map(int flags) {
        return names(flags, MAP);
    }

    static String protection(int protection) {
        return switch (protection) {
            case KernelAbi.PROT_NONE -> "PROT_NONE";
            case KernelAbi.PROT_READ -> "PROT_READ";
            default -> "PROT_READ|PROT_WRITE";
        };
    }

    private static String names(int flags, Map<Integer, String> known) {
        List<String> parts = new ArrayList<>();
        int rest = flags;
        for (Map.Entry<Integer, String> flag : known.entrySet()) {
            if ((rest & flag.getKey()) == flag.getKey()) {
                parts.add(flag.getValue());
                rest &= ~flag.getKey();
            }
        }
        if (rest != 0 || parts.isEmpty()) {
            parts.add("0x" + Integer.toHexString(rest));
        }
        return String.join("|", parts);
    }
}
