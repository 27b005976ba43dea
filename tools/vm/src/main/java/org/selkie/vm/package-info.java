// SPDX-License-Identifier: Apache-2.0
/** What runs in the guest of {@code tools/vm/vm}: the engine's DAX tests, and the writers and checkers of the power cuts. */
@NullMarked
package org.selkie.vm;

import org.jspecify.annotations.NullMarked;
