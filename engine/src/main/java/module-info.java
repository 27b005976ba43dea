// SPDX-License-Identifier: Apache-2.0

/**
 * Sealed, memory-mapped extents, and on them a log whose writes are durable when they return.
 *
 * <p>Native access is needed: run with {@code --enable-native-access=org.selkie.engine}, or {@code ALL-UNNAMED} on the
 * class path. The packages {@code org.selkie.os} and {@code org.selkie.format} are the engine's own.
 */
// Agrona has a stable Automatic-Module-Name but no descriptor; its DirectBuffer is part of the log's interface.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module org.selkie.engine {
    requires transitive org.agrona;
    requires jdk.jfr;
    requires static transitive org.jspecify;

    exports org.selkie;
    exports org.selkie.extent;
    exports org.selkie.fault;
    exports org.selkie.kv;
    exports org.selkie.log;
    exports org.selkie.persist;
    exports org.selkie.seal;
}
