// SPDX-License-Identifier: Apache-2.0

/**
 * Keys and values on a log: every change is a record, and an index in memory says where each key's last one stands.
 */
@NullMarked
package org.selkie.kv;

import org.jspecify.annotations.NullMarked;
