#include "attempts.h"

// Bounded, so that the positive control harms nobody: 200 processes, 64 MiB of disk, 256 MiB of memory, two seconds.
static int bomb(int (*one)(void)) {
    pid_t children[200];
    int made = 0, error = 0;
    while (made < 200 && (children[made] = one()) > 0) made++;
    if (made < 200) error = errno ? errno : EAGAIN;
    for (int i = 0; i < made; i++) { kill(children[i], SIGKILL); waitpid(children[i], NULL, 0); }
    return error;
}
static int by_fork(void) { pid_t p = fork(); if (p == 0) for (;;) pause(); return p; }
static int by_clone(void) { long p = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0); if (p == 0) for (;;) pause(); return p; }
static int by_session(void) { pid_t p = fork(); if (p == 0) { setsid(); for (;;) pause(); } return p; }
static int forks(void) { return bomb(by_fork); }
static int clones(void) { return bomb(by_clone); }
static int sessions(void) { return bomb(by_session); }
static int chain_of(int depth) { pid_t p = fork(); if (p < 0) return errno; if (p == 0) _exit(depth ? chain_of(depth - 1) : 0); int s; waitpid(p, &s, 0); return WIFEXITED(s) ? WEXITSTATUS(s) : EIO; }
static int chain(void) { return chain_of(199); }
static void *waits(void *x) { for (;;) pause(); return x; }
static int threads(void) {
    pthread_attr_t a;
    pthread_attr_init(&a);
    pthread_attr_setstacksize(&a, 65536);
    for (int i = 0; i < 200; i++) { pthread_t t; int e = pthread_create(&t, &a, waits, NULL); if (e) return e; }
    return 0;
}
static int touch(size_t megabytes, int flags) {
    char *p = mmap(NULL, megabytes << 20, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) return STOPPED;
    for (size_t i = 0; i < megabytes << 20; i += 4096) p[i] = 1;
    return 0;
}
static int fills_memory(void) { return touch(256, MAP_PRIVATE); }
static int fills_shared(void) { return touch(256, MAP_SHARED); }
static int fills_by_children(void) {
    pid_t children[8];
    for (int i = 0; i < 8; i++) if ((children[i] = fork()) == 0) { int e = touch(32, MAP_PRIVATE); sleep(1); _exit(e); }
    int error = 0, status;
    for (int i = 0; i < 8; i++) { waitpid(children[i], &status, 0); if (!WIFEXITED(status) || WEXITSTATUS(status)) error = ENOMEM; }
    return error;
}
static int fills_sealed(void) { int fd = syscall(SYS_memfd_create, "m", 8); if (fd < 0) return STOPPED; TRY(ftruncate(fd, 192 << 20)); char *p = mmap(NULL, 192 << 20, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); if (p == MAP_FAILED) return STOPPED; for (size_t i = 0; i < 192 << 20; i += 4096) p[i] = 1; return 0; }
static int fills_pipes(void) { int n = 0; for (; n < 300; n++) { int p[2]; if (pipe(p)) return STOPPED; fcntl(p[1], F_SETPIPE_SZ, 1 << 20); fcntl(p[1], F_SETFL, O_NONBLOCK); static char b[1 << 20]; if (write(p[1], b, sizeof b) != sizeof b) return ENOSPC; } return 0; }
static char block[1 << 20];
static int fill(const char *path, int megabytes) {
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    if (fd < 0) return STOPPED;
    for (int i = 0; i < megabytes; i++) if (write(fd, block, sizeof block) != sizeof block) return STOPPED;
    close(fd);
    return 0;
}
static int one_file(void) { return fill("large", 64); }
static int many_files(void) { for (int i = 0; i < 64; i++) { char n[32]; sprintf(n, "part%d", i); int e = fill(n, 1); if (e) return e; } usleep(400000); return 0; }
static int sparse(void) { int fd = open("sparse", O_CREAT | O_WRONLY, 0600); TRY(ftruncate(fd, 1 << 30)); return 0; }
static int allocates(void) { int fd = open("allocated", O_CREAT | O_WRONLY, 0600); TRY(fallocate(fd, 0, 0, 64 << 20)); return 0; }
static int many_entries(void) { for (int i = 0; i < 3000; i++) { char n[32]; sprintf(n, "entry%d", i); int e = makes(n); if (e) return e; } usleep(400000); return 0; }
static int burn(void) { clock_t end = clock() + 2 * CLOCKS_PER_SEC; while (clock() < end) {} return 0; }
static int burns_ignoring(void) { signal(SIGXCPU, SIG_IGN); clock_t end = clock() + 25 * CLOCKS_PER_SEC / 10; while (clock() < end) {} return 0; }
static int waits_long(void) { sleep(4); return 0; }
static int waits_ignoring(void) { sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, NULL); sleep(4); return 0; }
static int floods(void) { for (int i = 0; i < 4; i++) if (write(1, block, sizeof block) < 0) return STOPPED; return 0; }
static int floods_error(void) { for (int i = 0; i < 4; i++) if (write(2, block, sizeof block) < 0) return STOPPED; return 0; }
static int descriptors(void) { struct rlimit l = { 70000, 70000 }; TRY(setrlimit(RLIMIT_NOFILE, &l)); return 0; }
static int locked_memory(void) { struct rlimit l = { 1 << 30, 1 << 30 }; TRY(setrlimit(RLIMIT_MEMLOCK, &l)); TRY(mlockall(MCL_CURRENT)); return 0; }

const struct attempt resources[] = {
    { "fork-bomb", "resources", "makes 200 processes", forks },
    { "clone-bomb", "resources", "makes 200 processes by clone", clones },
    { "session-bomb", "resources", "makes 200 processes, each a session of its own", sessions },
    { "fork-chain", "resources", "makes a chain of 200 processes", chain },
    { "thread-bomb", "resources", "makes 200 threads", threads },
    { "memory", "resources", "fills 256 MiB of memory", fills_memory },
    { "shared-mapping", "resources", "fills 256 MiB of shared memory", fills_shared },
    { "memory-of-children", "resources", "fills 256 MiB in eight children", fills_by_children },
    { "sealed-memory", "resources", "fills a file in memory", fills_sealed },
    { "pipes", "resources", "fills 300 pipes", fills_pipes },
    { "large-file", "resources", "writes a file of 64 MiB", one_file },
    { "sparse-file", "resources", "makes a sparse file of 1 GiB", sparse },
    { "allocated-file", "resources", "allocates a file of 64 MiB", allocates },
    { "many-files", "resources", "writes 64 files of 1 MiB", many_files },
    { "many-entries", "resources", "makes 3,000 files", many_entries },
    { "processor", "resources", "uses two seconds of processor", burn },
    { "processor-ignoring", "resources", "uses more while it ignores SIGXCPU", burns_ignoring },
    { "wall-time", "resources", "runs for longer than it may", waits_long },
    { "wall-time-ignoring", "resources", "does so with all signals blocked", waits_ignoring },
    { "output", "resources", "writes 4 MiB to its output", floods },
    { "error-output", "resources", "writes 4 MiB to its error output", floods_error },
    { "open-files", "resources", "raises its limit of open files", descriptors },
    { "locked-memory", "resources", "raises its limit of locked memory", locked_memory },
    { 0 },
};
