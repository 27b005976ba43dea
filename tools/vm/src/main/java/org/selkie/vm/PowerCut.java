// SPDX-License-Identifier: Apache-2.0
package org.selkie.vm;

import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.selkie.Pool;
import org.selkie.PoolOptions;
import org.selkie.fault.SelkieException;
import org.selkie.log.Log;
import org.selkie.persist.Durability;

/**
 * One round of the power cuts, in the guest: looks whether everything is there that the last round acknowledged, and then
 * appends to a pool on each medium, from two threads each, and acknowledges every record over a channel that outlives the
 * machine, until the machine is killed. Arguments: round, channel, the acknowledgements of the round before (or "-"),
 * {@code write} or {@code check}, then {@code NAME=POOL} for each medium; {@code NAME=POOL=control} for one whose durability
 * is the emulation's, which has to lose records; {@code NAME=FILE=sync} and {@code NAME=FILE=nosync} for {@link PlainStores}, of
 * which the second has to lose some.
 */
public final class PowerCut {

    private static final int THREADS = 2;
    private static final int MAX_PAYLOAD_BYTES = 2000;
    private static final long EXTENT_BYTES = 8L << 20;
    private static final long KEPT_BYTES = 64L << 20;

    private record Medium(String name, Path pool, String kind) {

        static Medium parse(String argument) {
            String[] parts = argument.split("=", -1);
            return new Medium(parts[0], Path.of(parts[1]), parts.length > 2 ? parts[2] : "");
        }

        /** One that has to lose records. */
        boolean control() {
            return kind.equals("control") || kind.equals("nosync");
        }

        boolean isPlain() {
            return kind.equals("sync") || kind.equals("nosync");
        }

        PlainStores plain() {
            return new PlainStores(pool, kind.equals("sync"));
        }

        Pool open() {
            PoolOptions options = PoolOptions.defaults().withExtentBytes(EXTENT_BYTES);
            return Pool.open(pool, control() ? options.withDurability(Durability.PROCESS_CRASH) : options);
        }
    }

    private record Acknowledged(int round, int thread, long number, long position) {
    }

    private final int round;
    private final OutputStream channel;
    /** Who has acknowledged something; the power may be cut when all have. */
    private final Set<String> begun = ConcurrentHashMap.newKeySet();

    private PowerCut(int round, OutputStream channel) {
        this.round = round;
        this.channel = channel;
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        int round = Integer.parseInt(arguments[0]);
        List<Medium> media = new ArrayList<>();
        for (int i = 4; i < arguments.length; i++) {
            media.add(Medium.parse(arguments[i]));
        }
        Map<String, List<Acknowledged>> before = read(arguments[2]);
        boolean lost = false;
        for (Medium medium : media) {
            lost |= !check(medium, before.getOrDefault(medium.name(), List.of())) && !medium.control();
        }
        if (lost) {
            System.out.println("powercut: LOST");
            System.exit(1);
        }
        if (arguments[3].equals("write")) {
            try (OutputStream channel = new FileOutputStream(arguments[1])) {
                new PowerCut(round, channel).write(media);
            }
        }
    }

    /** What the channel brought out before the cut; its last line may be torn. */
    private static Map<String, List<Acknowledged>> read(String file) throws IOException {
        Map<String, List<Acknowledged>> byMedium = new TreeMap<>();
        if (file.equals("-")) {
            return byMedium;
        }
        try (BufferedReader lines = Files.newBufferedReader(Path.of(file), StandardCharsets.US_ASCII)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", -1);
                if (words.length == 6 && words[5].equals(".")) {
                    byMedium.computeIfAbsent(words[0], name -> new ArrayList<>()).add(new Acknowledged(Integer.parseInt(words[1]),
                            Integer.parseInt(words[2]), Long.parseLong(words[3]), Long.parseLong(words[4])));
                }
            }
        }
        return byMedium;
    }

    private static boolean check(Medium medium, List<Acknowledged> acknowledged) {
        if (medium.isPlain()) {
            return checkPlain(medium, acknowledged);
        }
        if (!medium.control() && !Files.exists(medium.pool()) && acknowledged.isEmpty()) {
            return true;
        }
        long lost = 0;
        String report;
        String first = "";
        try (Pool pool = medium.open()) {
            report = pool.report().description() + "; " + pool.recovery();
            Log log = pool.log("cut");
            for (Acknowledged record : acknowledged) {
                String why = differs(log, record);
                if (!why.isEmpty()) {
                    lost++;
                    first = first.isEmpty() ? why : first;
                }
            }
        } catch (SelkieException e) {
            report = String.valueOf(e.getMessage());
            lost = acknowledged.size();
        }
        tell(medium, acknowledged.size(), lost, (first.isEmpty() ? "" : ", the first: " + first) + "; " + report);
        return lost == 0;
    }

    private static boolean checkPlain(Medium medium, List<Acknowledged> acknowledged) {
        PlainStores stores = medium.plain();
        long lost = acknowledged.stream().filter(record -> !stores.has(record.round(), record.number())).count();
        tell(medium, acknowledged.size(), lost, "");
        return lost == 0;
    }

    private static void tell(Medium medium, long acknowledged, long lost, String more) {
        System.out.println("powercut: " + medium.name() + (medium.control() ? " (control)" : "") + ": acknowledged "
                + acknowledged + ", found " + (acknowledged - lost) + ", lost " + lost + more.replace('\n', ' '));
    }

    private static String differs(Log log, Acknowledged record) {
        try {
            byte[] found = log.read(record.position());
            return Arrays.equals(found, payload(record.round(), record.thread(), record.number()))
                    ? "" : record + " has other bytes";
        } catch (SelkieException e) {
            return record + ": " + e.getMessage();
        }
    }

    private void write(List<Medium> media) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        int writers = 0;
        for (Medium medium : media) {
            if (medium.isPlain()) {
                writers++;
                threads.add(Thread.ofPlatform().start(() -> medium.plain().write(round,
                        number -> acknowledge(medium, 0, number, 0))));
                continue;
            }
            // Left open: the machine ends before the pool does.
            Pool pool = medium.open();
            Log log = pool.log("cut");
            if (log.persistedPosition() > log.startPosition()) {
                log.trim(log.persistedPosition());
            }
            AtomicLong trimmed = new AtomicLong(log.startPosition());
            for (int thread = 0; thread < THREADS; thread++) {
                int number = thread;
                writers++;
                threads.add(Thread.ofPlatform().start(() -> append(medium, log, number, trimmed)));
            }
        }
        // The first record of a JVM inside an emulated processor takes seconds: a cut before it would show nothing.
        while (begun.size() < writers && threads.stream().allMatch(Thread::isAlive)) {
            Thread.sleep(10);
        }
        System.out.println("powercut: writing");
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void append(Medium medium, Log log, int thread, AtomicLong trimmed) {
        for (long number = 0;; number++) {
            long position = log.append(payload(round, thread, number));
            acknowledge(medium, thread, number, position);
            if (thread == 0 && position - trimmed.get() > KEPT_BYTES) {
                throw new IllegalStateException("the power was not cut in time");
            }
        }
    }

    private void acknowledge(Medium medium, int thread, long number, long position) {
        String line = medium.name() + " " + round + " " + thread + " " + number + " " + position + " .\n";
        try {
            synchronized (channel) {
                channel.write(line.getBytes(StandardCharsets.US_ASCII));
            }
            if (number == 0) {
                begun.add(medium.name() + thread);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] payload(int round, int thread, long number) {
        SplittableRandom random = new SplittableRandom(round * 1_000_003L + thread * 31L + number * 8191);
        byte[] payload = new byte[random.nextInt(MAX_PAYLOAD_BYTES)];
        random.nextBytes(payload);
        return payload;
    }
}
