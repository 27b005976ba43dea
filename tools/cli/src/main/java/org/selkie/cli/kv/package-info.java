// SPDX-License-Identifier: Apache-2.0

/** A store's entries as text, both ways. */
@NullMarked
package org.selkie.cli.kv;

import org.jspecify.annotations.NullMarked;
