// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.selkie.testing.PoolImage;

/** What a medium, a file system or a person does to a pool's files. */
enum Damage {

    RANDOM_BYTES {
        @Override
        String apply(PoolImage image, SplittableRandom random) {
            String file = anyFile(image, random);
            byte[] bytes = image.files().get(file);
            int at = place(bytes, random);
            byte[] noise = new byte[Math.min(1 << random.nextInt(13), bytes.length - at)];
            random.nextBytes(noise);
            System.arraycopy(noise, 0, bytes, at, noise.length);
            return noise.length + " random bytes in " + file + " at " + at;
        }
    },
    BIT_FLIPS {
        @Override
        String apply(PoolImage image, SplittableRandom random) {
            StringBuilder what = new StringBuilder("flipped bits:");
            for (int i = 1 + random.nextInt(3); i > 0; i--) {
                String file = anyFile(image, random);
                byte[] bytes = image.files().get(file);
                int at = place(bytes, random);
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                what.append(' ').append(file).append(" at ").append(at);
            }
            return what.toString();
        }
    },
    ZEROED_LINES {
        @Override
        String apply(PoolImage image, SplittableRandom random) {
            String file = anyFile(image, random);
            byte[] bytes = image.files().get(file);
            int at = place(bytes, random) & -LINE;
            int to = Math.min(bytes.length, at + LINE * (1 << random.nextInt(7)));
            Arrays.fill(bytes, at, to, (byte) 0);
            return "zeros in " + file + " from " + at + " to " + to;
        }
    },
    SWAPPED_LINES {
        @Override
        String apply(PoolImage image, SplittableRandom random) {
            String file = anyFile(image, random);
            byte[] bytes = image.files().get(file);
            int one = place(bytes, random) & -LINE;
            int other = place(bytes, random) & -LINE;
            byte[] kept = Arrays.copyOfRange(bytes, one, one + LINE);
            System.arraycopy(bytes, other, bytes, one, LINE);
            System.arraycopy(kept, 0, bytes, other, LINE);
            return "swapped lines in " + file + " at " + one + " and " + other;
        }
    },
    COPIED_LINES {
        @Override
        String apply(PoolImage image, SplittableRandom random) {
            String from = anyFile(image, random);
            String to = anyFile(image, random);
            byte[] source = image.files().get(from);
            byte[] target = image.files().get(to);
            int at = place(target, random) & -LINE;
            // Often from the same place in another extent: a stray write of a whole slot or header.
            int origin = random.nextBoolean() ? Math.min(at, source.length - LINE) : place(source, random) & -LINE;
            int length = Math.min(LINE * (1 << random.nextInt(7)), Math.min(source.length - origin, target.length - at));
            System.arraycopy(source, origin, target, at, length);
            return length + " bytes copied from " + from + " at " + origin + " to " + to + " at " + at;
        }
    },
    TRUNCATED {
        @Override
        String apply(PoolImage image, SplittableRandom random) {
            String file = anyFile(image, random);
            byte[] bytes = image.files().get(file);
            int to = switch (random.nextInt(3)) {
                case 0 -> 0;
                case 1 -> bytes.length / 4096 * random.nextInt(4096) / 4096 * 4096;
                default -> place(bytes, random);
            };
            image.files().put(file, Arrays.copyOf(bytes, to));
            return file + " truncated to " + to;
        }
    },
    EXTENDED {
        @Override
        String apply(PoolImage image, SplittableRandom random) {
            String file = anyFile(image, random);
            byte[] bytes = image.files().get(file);
            byte[] longer = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(2 * bytes.length));
            if (random.nextBoolean()) {
                System.arraycopy(bytes, 0, longer, bytes.length, Math.min(bytes.length, longer.length - bytes.length));
            }
            image.files().put(file, longer);
            return file + " extended to " + longer.length;
        }
    },
    DELETED {
        @Override
        String apply(PoolImage image, SplittableRandom random) {
            String file = anyExtent(image, random);
            image.files().remove(file);
            return file + " deleted";
        }
    },
    EXCHANGED {
        @Override
        String apply(PoolImage image, SplittableRandom random) {
            String one = anyExtent(image, random);
            String other = anyExtent(image, random);
            byte[] kept = image.files().get(one);
            image.files().put(one, image.files().get(other));
            image.files().put(other, kept);
            return one + " and " + other + " exchanged";
        }
    };

    private static final int LINE = 64;

    /** Damages an image, and says how. */
    abstract String apply(PoolImage image, SplittableRandom random);

    private static String anyFile(PoolImage image, SplittableRandom random) {
        return random.nextInt(12) == 0 ? PoolImage.HEADER_FILE : anyExtent(image, random);
    }

    private static String anyExtent(PoolImage image, SplittableRandom random) {
        List<String> extents = image.extents();
        return extents.get(random.nextInt(extents.size()));
    }

    /** Anywhere, and every third time where an extent's slots, marks and first record are. */
    private static int place(byte[] bytes, SplittableRandom random) {
        int bound = switch (random.nextInt(6)) {
            case 0 -> 1216;
            case 1 -> 5000;
            default -> bytes.length;
        };
        return random.nextInt(Math.min(bound, bytes.length));
    }
}
