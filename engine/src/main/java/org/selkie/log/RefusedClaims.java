// SPDX-License-Identifier: Apache-2.0
package org.selkie.log;

import org.selkie.fault.ReadOnlyException;

/** No places at all: for a user of a store's log. */
final class RefusedClaims implements Claims {

    private final String name;

    RefusedClaims(String name) {
        this.name = name;
    }

    static ReadOnlyException refusal(String name) {
        return new ReadOnlyException("log " + name + " is a store's: what else is appended to it, or trimmed from it, would"
                + " damage the store; nothing was changed, write with Pool.store(\"" + name + "\")");
    }

    @Override
    public int enter() {
        throw refusal(name);
    }

    @Override
    public long claim(int slot, long bytes) {
        throw refusal(name);
    }

    @Override
    public long lagLines(int slot, long position) {
        throw refusal(name);
    }

    @Override
    public void written(int slot, long position, long bytes) {
        throw refusal(name);
    }

    @Override
    public RuntimeException failed(int slot, long position, long bytes, Throwable e) {
        return refusal(name);
    }
}
