// SPDX-License-Identifier: Apache-2.0
package org.selkie.peers;

import java.nio.ByteBuffer;
import org.selkie.bench.kv.KvContender;

/** A key's bytes, for one thread. */
final class KeyBuffers {

    private final byte[] bytes = new byte[KvContender.KEY_BYTES];
    private final ByteBuffer direct = ByteBuffer.allocateDirect(KvContender.KEY_BYTES);

    byte[] bytes(long key) {
        KvContender.encode(key, bytes);
        return bytes;
    }

    ByteBuffer direct(long key) {
        direct.clear().put(bytes(key)).flip();
        return direct;
    }
}
