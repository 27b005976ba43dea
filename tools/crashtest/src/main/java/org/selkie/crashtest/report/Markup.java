// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.report;

/** HTML that cannot be broken by what is put into it: all text is escaped. */
final class Markup {

    private final StringBuilder out = new StringBuilder(1 << 14);

    /** Markup as it is: only constants of this package. */
    Markup raw(String markup) {
        out.append(markup);
        return this;
    }

    /** Text, escaped for content and for attributes in double quotes. */
    Markup text(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append((c < ' ' && c != '\n' && c != '\t') || (Character.isSurrogate(c) && !isPaired(text, i))
                        ? '\uFFFD' : c);
            }
        }
        return this;
    }

    /** An element with text, such as {@code td}, with a class where it is not empty. */
    Markup element(String name, String style, String text) {
        return open(name, style).text(text).raw("</" + name + ">");
    }

    Markup open(String name, String style) {
        out.append('<').append(name);
        if (!style.isEmpty()) {
            out.append(" class=\"").append(style).append('"');
        }
        out.append('>');
        return this;
    }

    private static boolean isPaired(String text, int i) {
        return Character.isHighSurrogate(text.charAt(i)) ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                : i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
