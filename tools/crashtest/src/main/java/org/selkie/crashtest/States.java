// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.math.BigInteger;
import java.nio.Buffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is said of states that recovery gave and that are compared. */
final class States {

    /** The fields of a record, none of which can be set anew; nothing where they cannot be looked at. */
    private static final ClassValue<Optional<List<Field>>> FIELDS = new ClassValue<>() {
        @Override
        protected Optional<List<Field>> computeValue(Class<?> type) {
            List<Field> fields = Arrays.stream(type.getDeclaredFields()).filter(field -> !Modifier.isStatic(field.getModifiers()))
                    .toList();
            return fields.stream().allMatch(Field::trySetAccessible) ? Optional.of(fields) : Optional.empty();
        }
    };

    private States() {
    }

    /**
     * Refuses what can never be equal to its like.
     *
     * @throws UnusableStateException an array
     */
    static void requireComparable(@Nullable Object state) {
        if (state != null && state.getClass().isArray()) {
            throw new UnusableStateException("recovery gives " + state.getClass().getSimpleName() + ", and arrays are never "
                    + "equal to each other; give a List, or a record with an equals of its own");
        }
    }

    /** Two states that should be one. */
    static RecoveryDiffersError differ(String before, @Nullable Object one, String between, @Nullable Object other) {
        String hint = one != null && other != null && one.getClass() == other.getClass() && !hasEquals(one.getClass())
                ? "; " + one.getClass().getName() + " has no equals, so no two of it are the same: give it one, or give a List "
                        + "or a record" : "";
        return new RecoveryDiffersError(before + one + between + other + hint);
    }

    /**
     * Whether a state is all that it will ever be: a text, a number, a constant, an array or a buffer on the heap, which is a
     * copy, or a record, list, set, map or optional of such. Anything else may look into the image's memory when it is asked, and
     * be equal to another while what it shows is not.
     */
    static boolean isValue(@Nullable Object state) {
        return switch (state) {
            case null -> true;
            case String _, Boolean _, Character _, Byte _, Short _, Integer _, Long _, Float _, Double _, Enum<?> _ -> true;
            case byte[] _, short[] _, char[] _, int[] _, long[] _, float[] _, double[] _, boolean[] _ -> true;
            case Object[] many -> Arrays.stream(many).allMatch(States::isValue);
            case Buffer buffer -> !buffer.isDirect();
            case BigInteger number -> number.getClass() == BigInteger.class;
            case Optional<?> one -> isValue(one.orElse(null));
            case Record one -> isValueOf(one);
            case List<?> many when isOfTheJdk(many) -> many.stream().allMatch(States::isValue);
            case Set<?> many when isOfTheJdk(many) -> many.stream().allMatch(States::isValue);
            case Map<?, ?> map when isOfTheJdk(map) -> map.keySet().stream().allMatch(States::isValue)
                    && map.values().stream().allMatch(States::isValue);
            default -> false;
        };
    }

    private static boolean isOfTheJdk(Object many) {
        return many.getClass().getName().startsWith("java.util.");
    }

    private static boolean isValueOf(Record one) {
        Optional<List<Field>> fields = FIELDS.get(one.getClass());
        if (fields.isEmpty()) {
            return false;
        }
        try {
            for (Field field : fields.get()) {
                if (!isValue(field.get(one))) {
                    return false;
                }
            }
        } catch (IllegalAccessException e) {
            return false;
        }
        return true;
    }

    private static boolean hasEquals(Class<?> type) {
        return Arrays.stream(type.getMethods()).anyMatch(method -> method.getName().equals("equals")
                && method.getParameterCount() == 1 && method.getDeclaringClass() != Object.class);
    }
}
