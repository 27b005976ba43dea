// SPDX-License-Identifier: Apache-2.0

/** The typed exceptions of Selkie. Depends on nothing. */
package org.selkie.fault;
