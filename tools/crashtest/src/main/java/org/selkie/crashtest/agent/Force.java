// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.agent;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.MappedByteBuffer;
import org.jspecify.annotations.Nullable;

/** A call of {@code force}: it writes a range back and waits, which is a flush and a fence. */
final class Force {

    private Force() {
    }

    static @Nullable Object call(MethodHandle original, @Nullable Object[] arguments) throws Throwable {
        long address = 0;
        long lengthBytes = 0;
        boolean mapped = true;
        if (arguments[0] instanceof MemorySegment segment && segment.isNative()) {
            address = segment.address();
            lengthBytes = segment.byteSize();
            mapped = segment.isMapped();
        } else if (arguments[0] instanceof MappedByteBuffer buffer) {
            boolean part = arguments.length == 3;
            address = Range.addressOf(buffer, 1, part ? Range.number(arguments[1]) : 0);
            lengthBytes = part ? Range.number(arguments[2]) : buffer.capacity();
        }
        Recording.Target target = address == 0 ? null : Recording.at(address);
        if (target == null) {
            // A crash image is no mapping, and what recovers from one is not to be troubled by that.
            return mapped ? original.invoke(arguments) : null;
        }
        Object result = mapped ? original.invoke(arguments) : null;
        target.recorder().flush(target.region().region(), target.offsetBytes(address), target.clip(address, lengthBytes));
        target.recorder().fence();
        return result;
    }
}
