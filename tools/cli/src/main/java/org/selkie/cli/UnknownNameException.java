// SPDX-License-Identifier: Apache-2.0

package org.selkie.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The command line names something that is not there: a pool, a log, a position. The message says what there is. */
final class UnknownNameException extends ParameterException {
    private static final long serialVersionUID = 1L;

    UnknownNameException(CommandSpec spec, String message) {
        super(spec.commandLine(), message);
    }
}
