// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

import java.util.List;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.selkie.testing.Scratch;
import org.selkie.testing.SecondJvm;

/**
 * Reading into given memory and overwriting allocate nothing once they are compiled, whatever the collector does. Each call has
 * a JVM of its own: what the compiler sees in the calls of other tests, on pools of other kinds, decides what it compiles here.
 */
final class StoreAllocationTest {

    @RegisterExtension
    private final Scratch scratch = Scratch.any();

    @ParameterizedTest
    @ValueSource(strings = {
        "put", "putAndDelete", "getIntoAnArray",
        "getBetweenBuffersOnTheHeap", "getBetweenBuffersInNativeMemory", "getBetweenSegments"
    })
    void aCallAllocatesNothing(String call) {
        try (SecondJvm child = SecondJvm.start(StoreAllocationChild.class, List.of(), scratch.path("pool"), call)) {
            child.expectSuccess(60);
        }
    }
}
