// SPDX-License-Identifier: Apache-2.0
//
// A process that holds a MAP_DIRECT mapping, for the tests of the kernel: hold FILE BIT fork|part|exit.
// Prints "held PID" (of its child with fork, of itself else), does the next step at each line that it reads, and says so.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void say_and_wait(const char *word, long number) {
    printf("%s %ld\n", word, number);
    fflush(stdout);
    if (getchar() == EOF) {
        pause();
    }
}

int main(int count, char **arguments) {
    struct stat status;
    if (count != 4) {
        return 2;
    }
    int file = open(arguments[1], O_RDWR);
    if (file < 0 || fstat(file, &status) != 0) {
        printf("open %s\n", strerror(errno));
        return 1;
    }
    size_t length = (size_t)status.st_size;
    int flags = MAP_SHARED_VALIDATE | MAP_SYNC | (int)strtol(arguments[2], NULL, 0);
    char *address = mmap(NULL, length, PROT_READ | PROT_WRITE, flags, file, 0);
    if (address == MAP_FAILED) {
        printf("mmap %s\n", strerror(errno));
        return 1;
    }
    close(file);
    if (strcmp(arguments[3], "fork") == 0) {
        pid_t child = fork();
        if (child == 0) {
            for (;;) {
                pause();
            }
        }
        say_and_wait("held", child);
    } else if (strcmp(arguments[3], "part") == 0) {
        say_and_wait("held", getpid());
        munmap(address + length / 4, length / 4);
        say_and_wait("split", 0);
        munmap(address, length / 4);
        say_and_wait("less", 0);
        munmap(address + length / 2, length / 2);
        say_and_wait("gone", 0);
    } else {
        say_and_wait("held", getpid());
    }
    return 0;
}
