// SPDX-License-Identifier: Apache-2.0
/**
 * Crash tests with JUnit 5: a method with {@link org.selkie.crashtest.junit.CrashTest} takes a
 * {@link org.selkie.crashtest.junit.CrashRun}, runs a structure in its memory, and hands it a checker.
 */
@NullMarked
package org.selkie.crashtest.junit;

import org.jspecify.annotations.NullMarked;
