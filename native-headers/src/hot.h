// SPDX-License-Identifier: Apache-2.0
#ifndef SELKIE_HOT_H
#define SELKIE_HOT_H

// A function that touches a mapping: see src/hot.c.
#define SELKIE_HOT __attribute__((section("selkie_hot"), noinline, used, visibility("default")))

#endif
