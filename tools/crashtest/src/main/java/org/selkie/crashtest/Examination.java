// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

/** What is asked of one image. */
@FunctionalInterface
interface Examination {

    /**
     * Asks, and leaves the image as it was.
     *
     * @param hash    of the image
     * @param explain whether somebody will read what is thrown: it may cost more then
     * @throws Throwable whatever is wrong with the image
     */
    void examine(Workspace workspace, Moment moment, int damagedLine, long hash, boolean explain) throws Throwable;
}
