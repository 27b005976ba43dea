// SPDX-License-Identifier: Apache-2.0

/** What several tests share: repeatable randomness, a place on a medium, a second process, images of a pool's files. */
package org.selkie.testing;
