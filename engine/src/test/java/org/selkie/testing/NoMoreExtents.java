// SPDX-License-Identifier: Apache-2.0
package org.selkie.testing;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.selkie.fault.PoolFullException;
import org.selkie.format.FormattedExtent;
import org.selkie.log.ExtentSource;

/** A pool for a log that has its only extent already. */
public final class NoMoreExtents implements ExtentSource {

    @Override
    public FormattedExtent take(String logName, long logCreatedMillis, long sequence) {
        throw new PoolFullException("there is one extent alone");
    }

    @Override
    public @Nullable FormattedExtent find(String logName, long sequence) {
        return null;
    }

    @Override
    public void giveBack(FormattedExtent extent) {
        // It stays where it is.
    }

    @Override
    public Executor background() {
        return Runnable::run;
    }
}
