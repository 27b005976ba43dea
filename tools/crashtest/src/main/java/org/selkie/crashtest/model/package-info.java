// SPDX-License-Identifier: Apache-2.0

/** What of the stores of a trace a crash may leave on the medium: one class a hardware or kernel contract. */
@NullMarked
package org.selkie.crashtest.model;

import org.jspecify.annotations.NullMarked;
