// An ill disk by order: preloaded into a process (LD_PRELOAD), this library makes calls on files fail, come
// back short, take long or hang. It is for tests; nothing in the product knows of it.
//
// Environment:
//   FAULT_SHIM_DIRECTORY   only files below it are concerned
//   FAULT_SHIM_ORDERS      the file with the orders; it is read again whenever another file has taken its
//                          name (write a new one and rename it), so that faults come and go at run time
//   FAULT_SHIM_REPORT      gets one line for each fault: CALL FAULT PATH
//
// An order is a line: CALL FAULT WHEN [PART-OF-PATH]
//   CALL    open, create (open with O_CREAT), read, write, sync (fsync, fdatasync and sync_file_range),
//           allocate or link (a second name for a file: the path is the new one)
//   FAULT   EIO, ENOSPC, SHORT (half of a read or write is done; of a stream all is read), DELAY=MILLISECONDS,
//           HANG (until there are other orders; then the call is performed)
//   WHEN    at=N (the Nth matching call since the orders were read) or from=N (that one and all later ones)
//   PART    only paths that contain it; with a dollar sign at its end, only those that end with it

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ORDERS_MAX = 16, ORDERS_BYTES_MAX = 4096, PATH_BYTES = 4096, HANG_POLL_MILLISECONDS = 5 };

enum call { CALL_OPEN, CALL_CREATE, CALL_READ, CALL_WRITE, CALL_SYNC, CALL_ALLOCATE, CALL_LINK, CALL_COUNT };
static const char *const call_names[CALL_COUNT] = {"open", "create",   "read", "write",
                                                   "sync", "allocate", "link"};

enum fault { FAULT_NONE, FAULT_EIO, FAULT_ENOSPC, FAULT_SHORT, FAULT_DELAY, FAULT_HANG };
static const char *const fault_names[] = {"NONE", "EIO", "ENOSPC", "SHORT", "DELAY", "HANG"};

struct order {
    enum call call;
    enum fault fault;
    long milliseconds;
    unsigned long first, last;
    char part[128];
    unsigned long seen;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct order orders[ORDERS_MAX];
static int order_count;
static struct stat orders_read;
static unsigned long generation;

// A handler of signals may write, too, and must not wait for the thread that it interrupts.
static sigset_t acquire(void) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_mutex_lock(&lock);
    return before;
}

static void release(sigset_t before) {
    pthread_mutex_unlock(&lock);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void sleep_milliseconds(long milliseconds) {
    struct timespec rest = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (nanosleep(&rest, &rest) != 0 && errno == EINTR) {}
}

static int parse_order(char *line, struct order *order) {
    char call[16], fault[24], when[24];
    memset(order, 0, sizeof *order);
    int found = sscanf(line, "%15s %23s %23s %127s", call, fault, when, order->part);
    if (found < 3) return 0;
    int kind = 0;
    while (kind < CALL_COUNT && strcmp(call, call_names[kind]) != 0) kind++;
    if (kind == CALL_COUNT) return 0;
    order->call = (enum call)kind;
    if (sscanf(fault, "DELAY=%ld", &order->milliseconds) == 1) order->fault = FAULT_DELAY;
    else
        for (int index = FAULT_EIO; index <= FAULT_HANG; index++)
            if (strcmp(fault, fault_names[index]) == 0) order->fault = (enum fault)index;
    if (sscanf(when, "at=%lu", &order->first) == 1) order->last = order->first;
    else if (sscanf(when, "from=%lu", &order->first) == 1) order->last = ~0ul;
    return order->fault != FAULT_NONE && order->first > 0;
}

// With the lock held: reads the orders if they are others now. A line that makes no sense ends the process:
// a test whose fault never comes would show nothing.
static void refresh(void) {
    const char *path = getenv("FAULT_SHIM_ORDERS");
    struct stat now;
    if (path == NULL || stat(path, &now) != 0) return;
    if (now.st_ino == orders_read.st_ino && now.st_mtim.tv_sec == orders_read.st_mtim.tv_sec
        && now.st_mtim.tv_nsec == orders_read.st_mtim.tv_nsec)
        return;
    char text[ORDERS_BYTES_MAX + 1];
    int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    long count = syscall(SYS_read, descriptor, text, ORDERS_BYTES_MAX);
    syscall(SYS_close, descriptor);
    if (count < 0) return;
    text[count] = 0;
    orders_read = now;
    order_count = 0;
    generation++;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        if (order_count == ORDERS_MAX || !parse_order(line, &orders[order_count])) {
            static const char complaint[] = "fault shim: an order makes no sense\n";
            syscall(SYS_write, STDERR_FILENO, complaint, sizeof complaint - 1);
            _exit(99);
        }
        order_count++;
    }
}

static void report(enum call call, enum fault fault, const char *path) {
    const char *file = getenv("FAULT_SHIM_REPORT");
    if (file == NULL) return;
    char line[PATH_BYTES + 64];
    int count = snprintf(line, sizeof line, "%s %s %s\n", call_names[call], fault_names[fault], path);
    int descriptor =
        (int)syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (descriptor < 0) return;
    syscall(SYS_write, descriptor, line, count);
    syscall(SYS_close, descriptor);
}

static int is_concerned(const char *path) {
    const char *directory = getenv("FAULT_SHIM_DIRECTORY");
    size_t length = directory ? strlen(directory) : 0;
    return length > 0 && strncmp(path, directory, length) == 0 && path[length] == '/';
}

static int path_of(int descriptor, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, path, PATH_BYTES - 1);
    if (count <= 0) return 0;
    path[count] = 0;
    return 1;
}

static int is_meant(const char *part, const char *path) {
    size_t length = strlen(part), path_length = strlen(path);
    if (length == 0 || part[length - 1] != '$') return strstr(path, part) != NULL;
    length--;
    return path_length >= length && strncmp(path + path_length - length, part, length) == 0;
}

static int has_order_for(enum call call) {
    for (int index = 0; index < order_count; index++)
        if (orders[index].call == call) return 1;
    return 0;
}

static void hang(unsigned long since) {
    for (;;) {
        sleep_milliseconds(HANG_POLL_MILLISECONDS);
        sigset_t before = acquire();
        refresh();
        int is_over = generation != since;
        release(before);
        if (is_over) return;
    }
}

// What is to happen to this call. Delays and hangs have happened when it returns. `known` is the path, or NULL
// to look it up by the descriptor.
static enum fault fault_for(enum call call, int descriptor, const char *known) {
    char path[PATH_BYTES];
    enum fault fault = FAULT_NONE;
    long milliseconds = 0;
    unsigned long since = 0;
    int saved = errno;
    sigset_t before = acquire();
    refresh();
    if (has_order_for(call)) {
        if (known) snprintf(path, sizeof path, "%s", known);
        if ((known || path_of(descriptor, path)) && is_concerned(path)) {
            for (int index = 0; index < order_count && fault == FAULT_NONE; index++) {
                struct order *order = &orders[index];
                if (order->call != call || !is_meant(order->part, path)) continue;
                order->seen++;
                if (order->seen < order->first || order->seen > order->last) continue;
                fault = order->fault;
                milliseconds = order->milliseconds;
                since = generation;
            }
        }
    }
    release(before);
    if (fault != FAULT_NONE) report(call, fault, path);
    if (fault == FAULT_DELAY) sleep_milliseconds(milliseconds);
    if (fault == FAULT_HANG) hang(since);
    errno = saved;
    return fault;
}

// Whether the call fails; errno says how then.
static int fails(enum fault fault) {
    if (fault == FAULT_EIO) errno = EIO;
    if (fault == FAULT_ENOSPC) errno = ENOSPC;
    return fault == FAULT_EIO || fault == FAULT_ENOSPC;
}

static size_t length_for(enum fault fault, size_t count) {
    return fault == FAULT_SHORT && count > 1 ? count / 2 : count;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define TRANSFER(name, call, buffer_type)                                              \
    ssize_t name(int descriptor, buffer_type buffer, size_t count) {                   \
        enum fault fault = fault_for(call, descriptor, NULL);                          \
        if (fails(fault)) return -1;                                                   \
        return REAL(name)(descriptor, buffer, length_for(fault, count));               \
    }

#define TRANSFER_AT(name, call, buffer_type, offset_type)                              \
    ssize_t name(int descriptor, buffer_type buffer, size_t count, offset_type offset) { \
        enum fault fault = fault_for(call, descriptor, NULL);                          \
        if (fails(fault)) return -1;                                                   \
        return REAL(name)(descriptor, buffer, length_for(fault, count), offset);       \
    }

#define SYNC(name)                                                                     \
    int name(int descriptor) {                                                         \
        if (fails(fault_for(CALL_SYNC, descriptor, NULL))) return -1;                  \
        return REAL(name)(descriptor);                                                 \
    }

// These give back the error instead of setting errno.
#define ALLOCATE(name, offset_type)                                                    \
    int name(int descriptor, offset_type offset, offset_type length) {                 \
        if (fails(fault_for(CALL_ALLOCATE, descriptor, NULL))) return errno;           \
        return REAL(name)(descriptor, offset, length);                                 \
    }

#define OPEN(name)                                                                     \
    int name(const char *path, int flags, ...) {                                       \
        mode_t mode = 0;                                                               \
        if (flags & (O_CREAT | O_TMPFILE)) {                                           \
            va_list rest;                                                              \
            va_start(rest, flags);                                                     \
            mode = va_arg(rest, mode_t);                                               \
            va_end(rest);                                                              \
        }                                                                              \
        if (fails(fault_for(CALL_OPEN, -1, path))) return -1;                          \
        if ((flags & O_CREAT) && fails(fault_for(CALL_CREATE, -1, path))) return -1;   \
        return REAL(name)(path, flags, mode);                                          \
    }

TRANSFER(read, CALL_READ, void *)
TRANSFER(write, CALL_WRITE, const void *)
TRANSFER_AT(pread, CALL_READ, void *, off_t)
TRANSFER_AT(pread64, CALL_READ, void *, off64_t)
TRANSFER_AT(pwrite, CALL_WRITE, const void *, off_t)
TRANSFER_AT(pwrite64, CALL_WRITE, const void *, off64_t)
SYNC(fsync)
SYNC(fdatasync)
ALLOCATE(posix_fallocate, off_t)
ALLOCATE(posix_fallocate64, off64_t)
OPEN(open)
OPEN(open64)

// How RocksDB reads its manifest.
#undef fread_unlocked
size_t fread_unlocked(void *buffer, size_t size, size_t count, FILE *stream) {
    if (fails(fault_for(CALL_READ, fileno(stream), NULL))) return 0;
    return REAL(fread_unlocked)(buffer, size, count, stream);
}

// Without flags it is a question whether there is such a call, and asks nothing of the disk.
int sync_file_range(int descriptor, off64_t offset, off64_t count, unsigned int flags) {
    if (flags != 0 && fails(fault_for(CALL_SYNC, descriptor, NULL))) return -1;
    return REAL(sync_file_range)(descriptor, offset, count, flags);
}

int link(const char *from, const char *to) {
    if (fails(fault_for(CALL_LINK, -1, to))) return -1;
    return REAL(link)(from, to);
}
