// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Modifier;
import java.nio.Buffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.selkie.crashtest.trace.PersistentRegion;

/** What is said of states that recovery gave and that are compared. */
final class States {

    private static final List<Class<?>> MEMORY = List.of(MemorySegment.class, Buffer.class, PersistentRegion.class,
            CrashImage.class);

    private static final ClassValue<Boolean> VIEWS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return isView(type, new HashSet<>());
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

    /** Whether a state may be a view of the image's memory: equal to another while what it shows is not. */
    static boolean mayBeView(@Nullable Object state) {
        Object first = state instanceof Collection<?> many && !many.isEmpty() ? many.iterator().next() : state;
        return first != null && VIEWS.get(first.getClass());
    }

    private static boolean isView(Class<?> type, Set<Class<?>> seen) {
        if (MEMORY.stream().anyMatch(memory -> memory.isAssignableFrom(type))) {
            return true;
        }
        if (type.isPrimitive() || type.isArray() || type.getName().startsWith("java.") || !seen.add(type)) {
            return false;
        }
        return Arrays.stream(type.getDeclaredFields()).filter(field -> !Modifier.isStatic(field.getModifiers()))
                .anyMatch(field -> isView(field.getType(), seen))
                || (type.getSuperclass() != null && isView(type.getSuperclass(), seen));
    }

    private static boolean hasEquals(Class<?> type) {
        return Arrays.stream(type.getMethods()).anyMatch(method -> method.getName().equals("equals")
                && method.getParameterCount() == 1 && method.getDeclaringClass() != Object.class);
    }
}
