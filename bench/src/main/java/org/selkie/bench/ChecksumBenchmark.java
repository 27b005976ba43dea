// SPDX-License-Identifier: Apache-2.0

package org.selkie.bench;

import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the JDK's CRC32C of one record costs: the part of an append that no medium makes faster. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ChecksumBenchmark {
    @Param({"64", "256", "1024", "4096"})
    int lengthBytes;

    private byte[] record = new byte[0];

    /** Makes the record, once for each length. */
    @Setup
    public void makeRecord() {
        record = new byte[lengthBytes];
        for (int i = 0; i < lengthBytes; i++) {
            record[i] = (byte) i;
        }
    }

    /** Returns the checksum, so that the loop cannot drop it. */
    @Benchmark
    public long checksum() {
        CRC32C crc = new CRC32C();
        crc.update(record, 0, lengthBytes);
        return crc.getValue();
    }
}
