// SPDX-License-Identifier: Apache-2.0

/** What is shown: text, JSON, and a page with curves. */
@NullMarked
package org.selkie.bench.report;

import org.jspecify.annotations.NullMarked;
