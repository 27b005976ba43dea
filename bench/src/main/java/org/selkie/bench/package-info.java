// SPDX-License-Identifier: Apache-2.0

/**
 * JMH benchmarks: the ceiling in C and ours, in one run.
 *
 * <p>Not null-marked: JMH fills a state's fields after its constructor.
 */
package org.selkie.bench;
