// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of bytes: {@code 65536}, {@code 64K}, {@code 16M}, {@code 1G}, in powers of 1024. */
final class ByteSize implements ITypeConverter<Long> {
    private static final Pattern FORM = Pattern.compile("(\\d{1,12})\\s*([KMG]?)(?:i?B)?", Pattern.CASE_INSENSITIVE);
    private static final String UNITS = "KMG";
    private static final int BITS_A_UNIT = 10;

    @Override
    public Long convert(String text) {
        Matcher form = FORM.matcher(text.strip());
        if (!form.matches()) {
            throw new TypeConversionException("'" + text + "' is no size; write it as 65536, 64K, 16M or 1G");
        }
        String unit = form.group(2).toUpperCase(java.util.Locale.ROOT);
        int shift = unit.isEmpty() ? 0 : BITS_A_UNIT * (1 + UNITS.indexOf(unit));
        return Long.parseLong(form.group(1)) << shift;
    }
}
