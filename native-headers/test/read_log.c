// SPDX-License-Identifier: Apache-2.0
//
// Reads one extent of a log with nothing but the headers:
//
//     gcc -O2 -msse4.2 -Iinclude test/read_log.c -o read_log && ./read_log extent-00000001.selkie
//
// Prints a line for the extent, then for every record its position, length, and payload in hexadecimal; members of a batch
// only once the batch is whole. Ends with status 1 and the place if something is there that is neither a record nor unused.
// It reads a file that nobody truncates meanwhile: it has no guard against SIGBUS (src/guard.c has one).
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <selkie/scan.h>

// CRC-32C as RFC 3720 has it, of a multiple of four bytes.
static uint32_t rfc_crc32c(const void *from, size_t bytes) {
    uint64_t crc = 0xffffffffu;
    for (size_t i = 0; i < bytes; i += 4) {
        uint32_t half;
        memcpy(&half, (const char *)from + i, sizeof half);
        crc = selkie_crc32c_u32(crc, half);
    }
    return ~(uint32_t)crc;
}

static const struct selkie_extent_slot *valid_slot(const char *extent, unsigned which) {
    const struct selkie_extent_slot *slot = (const void *)(extent + which * SELKIE_EXTENT_SLOT_BYTES);
    if (slot->magic != SELKIE_EXTENT_MAGIC || slot->format_major != SELKIE_FORMAT_MAJOR) {
        return NULL;
    }
    return rfc_crc32c(slot, offsetof(struct selkie_extent_slot, crc32c)) == slot->crc32c ? slot : NULL;
}

// The valid slot of the higher generation.
static const struct selkie_extent_slot *newest_slot(const char *extent) {
    const struct selkie_extent_slot *a = valid_slot(extent, 0);
    const struct selkie_extent_slot *b = valid_slot(extent, 1);
    return a == NULL || (b != NULL && b->generation > a->generation) ? b : a;
}

static uint32_t seed_of(const struct selkie_extent_slot *slot) {
    unsigned char bytes[28];
    memcpy(bytes, slot->pool_id, 16);
    memcpy(bytes + 16, &slot->extent_number, 4);
    memcpy(bytes + 20, &slot->generation, 8);
    return rfc_crc32c(bytes, sizeof bytes);
}

// The position of a mark, 0 if it does not verify.
static uint64_t mark_at(const char *extent, unsigned offset, uint32_t seed) {
    const struct selkie_mark *mark = (const void *)(extent + offset);
    unsigned char bytes[12];
    memcpy(bytes, &seed, 4);
    memcpy(bytes + 4, &mark->position, 8);
    return rfc_crc32c(bytes, sizeof bytes) == mark->check ? mark->position : 0;
}

static void print_record(const char *record) {
    const struct selkie_record *header = (const void *)record;
    printf("%" PRIu64 " %" PRIu32 " ", header->position, header->length_bytes);
    for (uint32_t i = 0; i < header->length_bytes; i++) {
        printf("%02x", header->payload[i]);
    }
    putchar('\n');
}

// Prints the data records in a range that is known to verify.
static void print_range(const char *extent, uint64_t from, uint64_t to) {
    while (from < to) {
        const struct selkie_record *header = (const void *)(extent + from);
        if (selkie_type_of(header->lag_type) == SELKIE_RECORD_DATA) {
            print_record(extent + from);
        }
        from += selkie_record_bytes(header->length_bytes);
    }
}

static int read_extent(const char *extent, uint64_t bytes, const struct selkie_extent_slot *slot) {
    const uint32_t seed = seed_of(slot);
    const uint64_t base = slot->sequence * slot->extent_bytes;
    uint64_t trim = mark_at(extent, SELKIE_TRIM_OFFSET, seed);
    const uint64_t other = mark_at(extent, SELKIE_TRIM_OFFSET + SELKIE_LINE_BYTES, seed);
    trim = other > trim ? other : trim;
    struct selkie_scan scan = {.offset = SELKIE_EXTENT_HEADER_BYTES, .stop = bytes, .end = bytes, .base_position = base,
                               .seed = seed, .batch_offset = SELKIE_NO_BATCH};
    if (trim > base + SELKIE_EXTENT_HEADER_BYTES) {
        scan.offset = trim - base;
        const struct selkie_record *first = (const void *)(extent + scan.offset);
        if (scan.offset < bytes && (first->flags & SELKIE_RECORD_CONTINUES)) {
            scan.batch_offset = scan.offset; // trimmed in the middle of a batch
        }
    }
    while (scan.offset < bytes) {
        const uint64_t from = scan.offset;
        const int64_t code = selkie_scan_walk(extent, &scan);
        const uint64_t whole = scan.batch_offset == SELKIE_NO_BATCH ? scan.offset : scan.batch_offset;
        print_range(extent, from, whole);
        if (code == 0 && whole == bytes) {
            break;
        }
        const uint64_t stopped = scan.offset;
        scan.batch_offset = SELKIE_NO_BATCH;
        scan.offset = stopped + SELKIE_LINE_BYTES;
        if (code == SELKIE_ABSENT && whole == stopped && selkie_scan_search(extent, &scan, 16 * bytes) == SELKIE_ABSENT) {
            break; // nothing more was written
        }
        fprintf(stderr, "read_log: no record verifies at offset %" PRIu64 ", position %" PRIu64 "\n", whole, base + whole);
        return 1;
    }
    return 0;
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: read_log EXTENT_FILE\n");
        return 2;
    }
    const int fd = open(arguments[1], O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        perror(arguments[1]);
        return 1;
    }
    const uint64_t bytes = (uint64_t)status.st_size;
    const char *extent = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (extent == MAP_FAILED) {
        perror("mmap");
        return 1;
    }
    const struct selkie_extent_slot *slot = bytes < SELKIE_EXTENT_HEADER_BYTES ? NULL : newest_slot(extent);
    if (slot == NULL || slot->extent_bytes != bytes) {
        fprintf(stderr, "read_log: %s is no whole extent of format %d\n", arguments[1], SELKIE_FORMAT_MAJOR);
        return 1;
    }
    if (slot->state != SELKIE_EXTENT_LOG) {
        printf("extent %" PRIu32 " free\n", slot->extent_number);
        return 0;
    }
    printf("extent %" PRIu32 " log %.*s sequence %" PRIu64 "\n", slot->extent_number, (int)slot->name_bytes, slot->name,
           slot->sequence);
    return read_extent(extent, bytes, slot);
}
