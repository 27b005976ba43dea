// SPDX-License-Identifier: Apache-2.0
package org.selkie.kv;

/** When a change is to be made. */
enum Condition {
    ALWAYS,
    IF_ABSENT,
    IF_PRESENT,
    /** If the key's value is these bytes. */
    IF_VALUE,
    /** If the key's last record is this version, 0 for no value. */
    IF_VERSION
}
