/* A disk that fails on request, for one folder: put before the C library with LD_PRELOAD. Which fault, and after how
 * many calls that would change the disk, stands in a small file that the test writes and this maps: two numbers of 32
 * bits, then a count of the calls that were made to fail. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct control {
    volatile int fault;
    volatile int after;
    volatile int met;
};
enum { WELL, FULL, READ_ONLY, BROKEN, SLOW };

static struct control *control;
static const char *folder;

static void set_up(void) __attribute__((constructor));
static void set_up(void) {
    const char *file = getenv("FAULT_CONTROL");
    folder = getenv("FAULT_FOLDER");
    if (!file || !folder) return;
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    int fd = real(file, O_RDWR);
    if (fd < 0) return;
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at != MAP_FAILED) control = at;
}

static int below(const char *path) { return path && strncmp(path, folder, strlen(folder)) == 0; }

/* Does this call fail? Sets errno. `room`: it needs room on the disk; `flush`: it waits for the disk. */
static int fails(int room, int flush) {
    int fault = control->fault;
    if (fault == FULL && !room) return 0;
    if (__sync_fetch_and_sub(&control->after, 1) > 0) return 0;
    __sync_fetch_and_add(&control->met, 1);
    switch (fault) {
    case FULL: errno = ENOSPC; return 1;
    case READ_ONLY:
        if (flush) return 0;
        errno = EROFS;
        return 1;
    case BROKEN: errno = EIO; return 1;
    case SLOW: usleep(flush ? 30000 : 3000); return 0;
    }
    return 0;
}

static int on_path(const char *path, int room) {
    return control && control->fault != WELL && below(path) && fails(room, 0);
}

static int on_file(int fd, int room, int flush) {
    if (!control || control->fault == WELL) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return below(path) && fails(room, flush);
}

#define REAL(name, ...) \
    static __typeof__(&name) real; \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
    return real(__VA_ARGS__)

ssize_t write(int fd, const void *from, size_t size) {
    if (on_file(fd, 1, 0)) return -1;
    REAL(write, fd, from, size);
}
ssize_t writev(int fd, const struct iovec *from, int count) {
    if (on_file(fd, 1, 0)) return -1;
    REAL(writev, fd, from, count);
}
ssize_t pwrite(int fd, const void *from, size_t size, off_t at) {
    if (on_file(fd, 1, 0)) return -1;
    REAL(pwrite, fd, from, size, at);
}
ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) {
    if (on_file(fd, 1, 0)) return -1;
    REAL(pwrite64, fd, from, size, at);
}
int ftruncate(int fd, off_t size) {
    if (on_file(fd, 1, 0)) return -1;
    REAL(ftruncate, fd, size);
}
int ftruncate64(int fd, off64_t size) {
    if (on_file(fd, 1, 0)) return -1;
    REAL(ftruncate64, fd, size);
}
int fsync(int fd) {
    if (on_file(fd, 0, 1)) return -1;
    REAL(fsync, fd);
}
int fdatasync(int fd) {
    if (on_file(fd, 0, 1)) return -1;
    REAL(fdatasync, fd);
}
int rename(const char *from, const char *to) {
    if (on_path(to, 1)) return -1;
    REAL(rename, from, to);
}
int link(const char *from, const char *to) {
    if (on_path(to, 1)) return -1;
    REAL(link, from, to);
}
int unlink(const char *path) {
    if (on_path(path, 0)) return -1;
    REAL(unlink, path);
}

#define CHANGES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
/* SQLite tries again to read only where a file cannot be opened for writing, as it would on such a disk. */
#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        va_list more; \
        va_start(more, flags); \
        mode_t mode = va_arg(more, mode_t); \
        va_end(more); \
        int creates = (flags & O_CREAT) && access(path, F_OK) != 0; \
        if ((flags & CHANGES) && control && (creates || control->fault != FULL) && on_path(path, creates)) return -1; \
        static int (*real)(const char *, int, ...); \
        if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, #name); \
        return real(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
