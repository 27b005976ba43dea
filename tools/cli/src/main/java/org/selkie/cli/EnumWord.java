// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The words for the constants of an enum as one types them: {@code power-failure} for POWER_FAILURE. */
abstract class EnumWord<E extends Enum<E>> implements ITypeConverter<E>, Iterable<String> {
    private final Class<E> type;

    EnumWord(Class<E> type) {
        this.type = type;
    }

    /** The word for a constant. */
    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public E convert(String word) {
        String name = word.toUpperCase(Locale.ROOT).replace('-', '_');
        for (E constant : type.getEnumConstants()) {
            if (constant.name().equals(name)) {
                return constant;
            }
        }
        Optional<String> nearest = Nearest.to(word, words());
        throw new TypeConversionException("'" + word + "' is none of " + String.join(", ", words())
            + nearest.map(near -> "; did you mean " + near + "?").orElse(""));
    }

    /** For {@code ${COMPLETION-CANDIDATES}} in a description. */
    @Override
    public Iterator<String> iterator() {
        return words().iterator();
    }

    private List<String> words() {
        return Arrays.stream(type.getEnumConstants()).map(EnumWord::of).toList();
    }
}
