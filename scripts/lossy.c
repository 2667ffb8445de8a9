/* A disk that keeps less than it says, for the controls of the power-loss test: cc -shared -fPIC -o lossy.so scripts/lossy.c -ldl, then LD_PRELOAD.
 *
 * LOSSY=all      no flush is done, though each says it was
 * LOSSY=objects  no flush of a file in objects/
 * LOSSY=folder   no flush of the folder objects/
 * LOSSY=late     an object gets its name only after the row that names it is on the disk
 *
 * LOSSY_NAMES is a folder: a name given in objects/ is noted there until the folder is flushed, so that whoever plays the power loss can take it back;
 * LazyFS forgets contents, not names. Nothing of this is in the product. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LATE 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct { char from[PATH_MAX], to[PATH_MAX]; } late[LATE];
static int late_count;

static int is(const char *mode) {
    const char *lossy = getenv("LOSSY");
    return lossy && !strcmp(lossy, mode);
}

static int ends(const char *path, const char *with) {
    size_t a = strlen(path), b = strlen(with);
    return a >= b && !strcmp(path + a - b, with);
}

static void note(const char *to) {
    const char *names = getenv("LOSSY_NAMES");
    char path[2 * PATH_MAX];
    if (!names) return;
    snprintf(path, sizeof path, "%s/%s", names, strrchr(to, '/') + 1);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    if (fd < 0 || write(fd, to, strlen(to)) < 0) abort();
    close(fd);
}

/* Names noted before the flush began are kept by it. */
static int flush_folder(int fd, int (*flush)(int)) {
    const char *names = getenv("LOSSY_NAMES");
    char noted[4096][40];
    int count = 0;
    pthread_mutex_lock(&lock);
    DIR *dir = names ? opendir(names) : NULL;
    for (struct dirent *entry; dir && count < 4096 && (entry = readdir(dir));)
        if (entry->d_name[0] != '.') snprintf(noted[count++], sizeof noted[0], "%.39s", entry->d_name);
    if (dir) closedir(dir);
    pthread_mutex_unlock(&lock);
    int result = flush(fd);
    for (int i = 0; i < count && !result; i++) {
        char path[2 * PATH_MAX];
        snprintf(path, sizeof path, "%.4000s/%.39s", names, noted[i]);
        unlink(path);
    }
    return result;
}

static int flush(int fd, const char *name) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int (*real_rename)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    char link[64], path[PATH_MAX] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (readlink(link, path, sizeof path - 1) < 0) return real(fd);
    int folder = ends(path, "/objects"), object = !folder && strstr(path, "/objects/");
    if (is("all") || (is("objects") && object) || (is("folder") && folder)) return 0;
    int result = folder ? flush_folder(fd, real) : real(fd);
    if (is("late") && ends(path, "-wal")) {
        usleep(2000);
        pthread_mutex_lock(&lock);
        for (; late_count; late_count--) real_rename(late[late_count - 1].from, late[late_count - 1].to);
        pthread_mutex_unlock(&lock);
    }
    return result;
}

int fsync(int fd) { return flush(fd, "fsync"); }
int fdatasync(int fd) { return flush(fd, "fdatasync"); }

int rename(const char *from, const char *to) {
    int (*real)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    if (!strstr(from, "/objects/tmp/")) return real(from, to);
    int result = 0;
    pthread_mutex_lock(&lock);
    note(to);
    if (is("late")) {
        if (late_count == LATE) abort();
        snprintf(late[late_count].from, PATH_MAX, "%s", from);
        snprintf(late[late_count++].to, PATH_MAX, "%s", to);
    } else {
        result = real(from, to);
    }
    pthread_mutex_unlock(&lock);
    return result;
}
