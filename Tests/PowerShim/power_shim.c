// A machine that dies by order: preloaded into a process (LD_PRELOAD), this library ends it at a given call on
// files, and keeps a record of what was durable at that moment, from which a test makes the directory that a loss
// of power leaves. It is for tests; nothing in the product knows of it.
//
// Environment:
//   POWER_SHIM_DIRECTORY  only files below it are concerned
//   POWER_SHIM_END_AT     the process ends before its Nth call that changes a file (0: never)
//   POWER_SHIM_RECORD     the directory of the record; none is kept without it
//   POWER_SHIM_FULL       so many writes to runs of rows find no room on the disk
//   POWER_SHIM_IGNORE     flushes of files whose path contains this do nothing: a disk that lies
//
// The record holds, by the file's identity (inode and time of birth):
//   IDENTITY.data   a file's bytes when it was last flushed
//   IDENTITY.names  a directory's entries when it was last flushed: lines of IDENTITY, "d" or "f", NAME
//   root            the identity of POWER_SHIM_DIRECTORY
// What the directory holds when the process starts is durable.

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, IDENTITY_BYTES = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long calls;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int is_concerned(const char *path) {
    const char *directory = getenv("POWER_SHIM_DIRECTORY");
    size_t length = directory ? strlen(directory) : 0;
    if (length == 0 || strncmp(path, directory, length) != 0) return 0;
    // RocksDB's own log is of no account, and written at any time.
    return (path[length] == '/' || path[length] == 0) && strstr(path, "/LOG") == NULL;
}

static int path_of(int descriptor, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, path, PATH_BYTES - 1);
    if (count <= 0) return 0;
    path[count] = 0;
    return 1;
}

// One more call that changes a file. The lock is held from the end on, so that no other thread gets further.
static void count_call(const char *path) {
    const char *end = getenv("POWER_SHIM_END_AT");
    if (end == NULL || !is_concerned(path)) return;
    pthread_mutex_lock(&lock);
    if (++calls == strtoul(end, NULL, 10)) syscall(SYS_exit_group, 137);
    pthread_mutex_unlock(&lock);
}

static void count_descriptor(int descriptor) {
    char path[PATH_BYTES];
    if (path_of(descriptor, path)) count_call(path);
}

static int identity(int directory, const char *path, int flags, char *text) {
    struct statx status;
    if (statx(directory, path, flags | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &status) != 0)
        return 0;
    snprintf(
        text, IDENTITY_BYTES, "%llu-%lld-%u", (unsigned long long)status.stx_ino,
        (long long)status.stx_btime.tv_sec, status.stx_btime.tv_nsec);
    return 1;
}

static int open_record(const char *name, const char *suffix, char *path) {
    snprintf(path, PATH_BYTES, "%s/%s%s.new", getenv("POWER_SHIM_RECORD"), name, suffix);
    return (int)syscall(
        SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static void close_record(int record, char *path) {
    char final[PATH_BYTES];
    snprintf(final, sizeof final, "%s", path);
    final[strlen(final) - strlen(".new")] = 0;
    syscall(SYS_close, record);
    syscall(SYS_rename, path, final);
}

static void put(int record, const void *bytes, size_t count) {
    if (syscall(SYS_write, record, bytes, count) != (long)count) abort();
}

static void record_file(const char *path, const char *name) {
    char file[PATH_BYTES], buffer[1 << 16];
    int source = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    int record = open_record(name, ".data", file);
    if (source < 0 || record < 0) abort();
    for (long count; (count = syscall(SYS_read, source, buffer, sizeof buffer)) > 0;)
        put(record, buffer, (size_t)count);
    syscall(SYS_close, source);
    close_record(record, file);
}

static void record_directory(const char *path, const char *name) {
    char file[PATH_BYTES], line[PATH_BYTES], entry_name[IDENTITY_BYTES];
    DIR *stream = opendir(path);
    int record = open_record(name, ".names", file);
    if (stream == NULL || record < 0) abort();
    for (struct dirent *entry; (entry = readdir(stream));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
        if (!identity(dirfd(stream), entry->d_name, 0, entry_name)) continue;
        int length = snprintf(
            line, sizeof line, "%s %c %s\n", entry_name, entry->d_type == DT_DIR ? 'd' : 'f',
            entry->d_name);
        put(record, line, (size_t)length);
    }
    closedir(stream);
    close_record(record, file);
}

// What is flushed now is durable.
static void record_flush(int descriptor) {
    char path[PATH_BYTES], name[IDENTITY_BYTES];
    struct stat status;
    if (getenv("POWER_SHIM_RECORD") == NULL) return;
    if (!path_of(descriptor, path) || !is_concerned(path) || fstat(descriptor, &status) != 0) return;
    const char *ignored = getenv("POWER_SHIM_IGNORE");
    if (ignored && strstr(path, ignored)) return;
    if (!identity(descriptor, "", AT_EMPTY_PATH, name)) return;
    // Two flushes at once must not write one record.
    pthread_mutex_lock(&lock);
    if (S_ISDIR(status.st_mode)) record_directory(path, name);
    else record_file(path, name);
    pthread_mutex_unlock(&lock);
}

static int record_old(const char *path, const struct stat *status, int kind, struct FTW *place) {
    char name[IDENTITY_BYTES];
    (void)status;
    (void)place;
    if (!identity(AT_FDCWD, path, 0, name)) return 0;
    if (kind == FTW_D) record_directory(path, name);
    else record_file(path, name);
    return 0;
}

__attribute__((constructor)) static void begin(void) {
    const char *directory = getenv("POWER_SHIM_DIRECTORY");
    char name[IDENTITY_BYTES], file[PATH_BYTES];
    if (getenv("POWER_SHIM_RECORD") == NULL || directory == NULL) return;
    if (!identity(AT_FDCWD, directory, 0, name)) return;
    int record = open_record("root", "", file);
    if (record < 0) abort();
    put(record, name, strlen(name));
    close_record(record, file);
    nftw(directory, record_old, 16, FTW_PHYS);
}

#define FLUSH(name)                                                                    \
    int name(int descriptor) {                                                         \
        count_descriptor(descriptor);                                                  \
        int result = REAL(name)(descriptor);                                           \
        if (result == 0) record_flush(descriptor);                                     \
        return result;                                                                 \
    }

FLUSH(fsync)
FLUSH(fdatasync)

// Whether there is no room for a run of rows.
static int is_full(int descriptor) {
    static unsigned long refused;
    const char *full = getenv("POWER_SHIM_FULL");
    char path[PATH_BYTES];
    if (full == NULL || !path_of(descriptor, path) || !is_concerned(path)) return 0;
    if (strstr(path, ".run") == NULL) return 0;
    pthread_mutex_lock(&lock);
    int result = refused < strtoul(full, NULL, 10);
    refused += (unsigned long)result;
    pthread_mutex_unlock(&lock);
    if (result) errno = ENOSPC;
    return result;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
    count_descriptor(descriptor);
    if (is_full(descriptor)) return -1;
    return REAL(write)(descriptor, bytes, count);
}

#define WRITE_AT(name, offset_type)                                                    \
    ssize_t name(int descriptor, const void *bytes, size_t count, offset_type offset) { \
        count_descriptor(descriptor);                                                  \
        return REAL(name)(descriptor, bytes, count, offset);                           \
    }

WRITE_AT(pwrite, off_t)
WRITE_AT(pwrite64, off64_t)

int rename(const char *from, const char *to) {
    count_call(from);
    return REAL(rename)(from, to);
}

int link(const char *from, const char *to) {
    count_call(to);
    return REAL(link)(from, to);
}

int unlink(const char *path) {
    count_call(path);
    return REAL(unlink)(path);
}

// A new directory is recorded at once, as empty: its inode may have been that of another.
int mkdir(const char *path, mode_t mode) {
    char name[IDENTITY_BYTES];
    count_call(path);
    int result = REAL(mkdir)(path, mode);
    if (result == 0 && getenv("POWER_SHIM_RECORD") && is_concerned(path)
        && identity(AT_FDCWD, path, 0, name)) {
        pthread_mutex_lock(&lock);
        record_directory(path, name);
        pthread_mutex_unlock(&lock);
    }
    return result;
}
