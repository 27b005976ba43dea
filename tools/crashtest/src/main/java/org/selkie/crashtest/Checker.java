// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest;

/** What must hold of every image that a crash may leave: written by whoever knows the structure. */
@FunctionalInterface
public interface Checker {

    /**
     * Recovers from an image and asserts. The image is the caller's until it returns: it may be written to. Called for
     * many images, by several threads where the exploration has several, each with an image of its own.
     *
     * @throws Throwable anything: the image breaks the structure
     */
    void check(CrashImage image) throws Throwable;
}
