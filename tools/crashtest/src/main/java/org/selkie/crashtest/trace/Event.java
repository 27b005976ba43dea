// SPDX-License-Identifier: Apache-2.0
package org.selkie.crashtest.trace;

/** Something that happened to persistent memory. Events of all threads stand in one order, that of their numbers. */
public sealed interface Event {

    /** Its place in the trace, from 0. */
    int number();

    /** The thread, numbered by its first event, from 0. */
    int thread();

    /** Where in the code. */
    Site site();

    /** The same at another place of a trace. */
    Event withNumber(int number);

    /** Bytes were stored. They are not durable yet. */
    @SuppressWarnings("ArrayRecordComponent") // Never changed after recording, and large.
    record Store(int number, int thread, Site site, StoreKind kind, Region region, long offsetBytes, byte[] bytes)
            implements Event {

        public long lengthBytes() {
            return bytes.length;
        }

        @Override
        public Store withNumber(int number) {
            return new Store(number, thread, site, kind, region, offsetBytes, bytes);
        }

        @Override
        public String toString() {
            return "#" + number + " store " + kind + " " + region.name() + "[" + offsetBytes + ", +" + bytes.length + "] at "
                    + site;
        }
    }

    /** The write-back of the lines of a range was started: it is done at the next fence of the same thread. */
    record Flush(int number, int thread, Site site, Region region, long offsetBytes, long lengthBytes) implements Event {

        @Override
        public Flush withNumber(int number) {
            return new Flush(number, thread, site, region, offsetBytes, lengthBytes);
        }

        @Override
        public String toString() {
            return "#" + number + " flush " + region.name() + "[" + offsetBytes + ", +" + lengthBytes + "] at " + site;
        }
    }

    /** The thread waited for its flushes and its non-temporal stores. */
    record Fence(int number, int thread, Site site) implements Event {

        @Override
        public Fence withNumber(int number) {
            return new Fence(number, thread, site);
        }

        @Override
        public String toString() {
            return "#" + number + " fence of thread " + thread + " at " + site;
        }
    }

    /** An operation began: from here on its effects may be found. */
    record Begin(int number, int thread, Site site, Operation operation) implements Event {

        @Override
        public Begin withNumber(int number) {
            return new Begin(number, thread, site, operation);
        }

        @Override
        public String toString() {
            return "#" + number + " begin of " + operation + " at " + site;
        }
    }

    /** Somebody was told that an operation is durable: from here on its effects must be found. */
    record Acknowledge(int number, int thread, Site site, Operation operation) implements Event {

        @Override
        public Acknowledge withNumber(int number) {
            return new Acknowledge(number, thread, site, operation);
        }

        @Override
        public String toString() {
            return "#" + number + " acknowledgement of " + operation + " at " + site;
        }
    }

    /** A region came into being, durable with its initial content. */
    record Attach(int number, int thread, Site site, Region region) implements Event {

        @Override
        public Attach withNumber(int number) {
            return new Attach(number, thread, site, region);
        }

        @Override
        public String toString() {
            return "#" + number + " attach of " + region + " at " + site;
        }
    }

    /** A region ceased to be, durably. */
    record Detach(int number, int thread, Site site, Region region) implements Event {

        @Override
        public Detach withNumber(int number) {
            return new Detach(number, thread, site, region);
        }

        @Override
        public String toString() {
            return "#" + number + " detach of " + region + " at " + site;
        }
    }
}
