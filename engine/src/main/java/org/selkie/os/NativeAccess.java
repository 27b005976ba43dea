// SPDX-License-Identifier: Apache-2.0
package org.selkie.os;

import org.selkie.fault.NativeAccessDeniedException;

/** Says which flag lets this code call the kernel. */
final class NativeAccess {
    private NativeAccess() {}

    /** The exact flag: it names the module, or every class path module where the engine is on the class path. */
    static String flag() {
        Module module = NativeAccess.class.getModule();
        return "--enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
    }

    static NativeAccessDeniedException denied(IllegalCallerException cause) {
        return new NativeAccessDeniedException(
                "native access is denied to the engine; start java with " + flag(), cause);
    }
}
