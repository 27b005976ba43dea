// SPDX-License-Identifier: Apache-2.0
//
// PMDK on the same work, in C. PMEM_IS_PMEM_FORCE=1 has it flush by instructions on memory as it would on persistent memory;
// it is set before the library is loaded.
#include <libpmem.h>
#include <libpmemlog.h>
#include <libpmemobj.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PEER __attribute__((visibility("default")))

enum { PMEM, PMEMLOG, PMEMOBJ };

struct peer {
    int64_t kind;
    int64_t payload_bytes;
    char *mapped;
    size_t mapped_bytes;
    uint64_t position;
    PMEMlogpool *log;
    PMEMobjpool *pool;
    PMEMoid root;
    char payload[1 << 16];
};

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

PEER struct peer *pmdk_open(int64_t kind, const char *path, int64_t bytes, int64_t payload_bytes) {
    struct peer *peer = calloc(1, sizeof *peer);
    if (peer == NULL || payload_bytes > (int64_t)sizeof peer->payload) {
        free(peer);
        return NULL;
    }
    peer->kind = kind;
    peer->payload_bytes = payload_bytes;
    memset(peer->payload, 42, sizeof peer->payload);
    int opened = 0;
    switch (kind) {
    case PMEM:
        peer->mapped = pmem_map_file(path, (size_t)bytes, PMEM_FILE_CREATE, 0600, &peer->mapped_bytes, NULL);
        opened = peer->mapped != NULL;
        break;
    case PMEMLOG:
        peer->log = pmemlog_create(path, (size_t)bytes, 0600);
        opened = peer->log != NULL;
        break;
    default:
        peer->pool = pmemobj_create(path, "selkie", (size_t)bytes, 0600);
        if (peer->pool != NULL) {
            peer->root = pmemobj_root(peer->pool, (size_t)bytes / 4);
        }
        opened = peer->pool != NULL && !OID_IS_NULL(peer->root);
    }
    if (!opened) {
        free(peer);
        return NULL;
    }
    return peer;
}

PEER const char *pmdk_error(int64_t kind) {
    return kind == PMEM ? pmem_errormsg() : kind == PMEMLOG ? pmemlog_errormsg() : pmemobj_errormsg();
}

// Each record is copied and persisted; what frames it is the peer's own affair: libpmem has nothing, libpmemlog a write offset
// in its header, libpmemobj an undo log.
static int append(struct peer *peer) {
    const uint64_t bytes = (uint64_t)peer->payload_bytes;
    switch (peer->kind) {
    case PMEM:
        if (peer->position + bytes > peer->mapped_bytes) {
            peer->position = 0;
        }
        pmem_memcpy_persist(peer->mapped + peer->position, peer->payload, bytes);
        peer->position += (bytes + 63) & ~(uint64_t)63;
        return 0;
    case PMEMLOG:
        if ((uint64_t)pmemlog_tell(peer->log) + bytes > pmemlog_nbyte(peer->log)) {
            pmemlog_rewind(peer->log);
        }
        return pmemlog_append(peer->log, peer->payload, bytes);
    default: {
        char *const root = pmemobj_direct(peer->root);
        const uint64_t room = pmemobj_root_size(peer->pool);
        uint64_t *const tail = (uint64_t *)root;
        int failed = 0;
        const uint64_t at = *tail + bytes + 64 > room || *tail < 64 ? 64 : *tail;
        TX_BEGIN(peer->pool) {
            pmemobj_tx_add_range_direct(tail, sizeof *tail);
            pmemobj_tx_add_range_direct(root + at, bytes);
            memcpy(root + at, peer->payload, bytes);
            *tail = at + ((bytes + 63) & ~(uint64_t)63);
        } TX_ONABORT {
            failed = -1;
        } TX_END
        return failed;
    }
    }
}

PEER int64_t pmdk_append(struct peer *peer, int64_t appends) {
    for (int64_t i = 0; i < appends; i++) {
        if (append(peer) != 0) {
            return -1;
        }
    }
    return 0;
}

PEER int64_t pmdk_append_timed(struct peer *peer, int64_t appends, int64_t *nanos) {
    int64_t before = now();
    for (int64_t i = 0; i < appends; i++) {
        if (append(peer) != 0) {
            return -1;
        }
        const int64_t after = now();
        nanos[i] = after - before;
        before = after;
    }
    return 0;
}

PEER int64_t pmdk_close(struct peer *peer) {
    switch (peer->kind) {
    case PMEM: pmem_unmap(peer->mapped, peer->mapped_bytes); break;
    case PMEMLOG: pmemlog_close(peer->log); break;
    default: pmemobj_close(peer->pool);
    }
    free(peer);
    return 0;
}
