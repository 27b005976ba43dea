// SPDX-License-Identifier: Apache-2.0

/**
 * Explore what crashes leave: {@link org.selkie.crashtest.Exploration} takes a recorded trace, a model and a checker, and
 * gives a {@link org.selkie.crashtest.Report}.
 */
@NullMarked
package org.selkie.crashtest;

import org.jspecify.annotations.NullMarked;
