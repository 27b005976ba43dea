// SPDX-License-Identifier: Apache-2.0
//
// Whether the kernel gives a long-term pin on a range of memory: registers it with soft-RoCE, as a network card that writes by
// itself would have it. Returns 0 where it does, else the errno; -1 where there is no device to ask.
#include <errno.h>
#include <infiniband/verbs.h>
#include <stddef.h>

int selkie_pin(void *address, size_t length_bytes) {
    int count = 0;
    int result = -1;
    struct ibv_device **devices = ibv_get_device_list(&count);
    if (devices == NULL || count == 0) {
        return -1;
    }
    struct ibv_context *context = ibv_open_device(devices[0]);
    if (context != NULL) {
        struct ibv_pd *domain = ibv_alloc_pd(context);
        if (domain != NULL) {
            errno = 0;
            struct ibv_mr *region = ibv_reg_mr(domain, address, length_bytes, IBV_ACCESS_LOCAL_WRITE);
            result = region != NULL ? 0 : errno;
            if (region != NULL) {
                ibv_dereg_mr(region);
            }
            ibv_dealloc_pd(domain);
        }
        ibv_close_device(context);
    }
    ibv_free_device_list(devices);
    return result;
}
