// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

/**
 * A log at one moment.
 *
 * @param startPosition     of the first record
 * @param visiblePosition   below it every record is written
 * @param persistedPosition below it every record is durable
 * @param extents           that the log holds, prepared ones included
 * @param extentBytes       of each
 */
public record LogStatistics(String name, long startPosition, long visiblePosition, long persistedPosition, int extents,
        long extentBytes) {
}
