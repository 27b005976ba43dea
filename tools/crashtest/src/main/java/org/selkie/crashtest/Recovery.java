// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

/**
 * Recovers a structure from what a crash left.
 *
 * @param <S> what was recovered, as a value: {@code equals} and {@code hashCode} tell equal states apart from others
 */
@FunctionalInterface
public interface Recovery<S> {

    /**
     * Recovers, and repairs the image where that belongs to recovery. What it stores, flushes and fences through
     * {@link CrashImage#region()} is recorded, so that the power can go during recovery as well. Called more than once for
     * one image: the second time it must give the same.
     *
     * @throws Throwable anything: the image breaks the structure
     */
    S recover(CrashImage image) throws Throwable;
}
