// SPDX-License-Identifier: Apache-2.0
/** What an exploration found, for a person who has to act on it: as text and as a page. */
@NullMarked
package org.selkie.crashtest.report;

import org.jspecify.annotations.NullMarked;
