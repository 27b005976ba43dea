// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

/**
 * What must hold of what was recovered. Not asked twice about equal states at crash points with the same promises.
 *
 * @param <S> what recovery gives
 */
@FunctionalInterface
public interface StateChecker<S> {

    /**
     * Asserts. The image tells what had been acknowledged and what was in flight.
     *
     * @throws Throwable anything: the state breaks a promise
     */
    void check(S recovered, CrashImage image) throws Throwable;
}
