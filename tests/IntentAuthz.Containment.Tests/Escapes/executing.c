#include "attempts.h"

// Runs a program that leaves with 42 when it was reached.
static int ran(pid_t child) {
    if (child < 0) return STOPPED;
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 42 ? 0 : WIFEXITED(status) && WEXITSTATUS(status) ? WEXITSTATUS(status) : EIO;
}
static int copy_to(const char *path) {
    int in = open(self, O_RDONLY), out = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0700);
    if (in < 0 || out < 0) return STOPPED;
    char buffer[65536];
    for (ssize_t n; (n = read(in, buffer, sizeof buffer)) > 0;) if (write(out, buffer, n) != n) return STOPPED;
    close(in);
    close(out);
    return 0;
}
static int memory_copy(unsigned flags) {
    int in = open(self, O_RDONLY), out = syscall(SYS_memfd_create, "m", flags);
    if (out < 0) return -STOPPED;
    char buffer[65536];
    for (ssize_t n; (n = read(in, buffer, sizeof buffer)) > 0;) if (write(out, buffer, n) != n) return -STOPPED;
    close(in);
    return out;
}
#define CHILD(...) pid_t child = fork(); if (child == 0) { __VA_ARGS__; _exit(errno ? errno : 1); } return ran(child)

static char *none[] = { NULL };
static int copied(void) { int e = copy_to("program"); if (e) return e; CHILD(execl("./program", "program", "reached", NULL)); }
static int by_linker(void) { int e = copy_to("program"); if (e) return e; CHILD(execl("/lib64/ld-linux-x86-64.so.2", "ld", "./program", "reached", NULL); execl("/lib/ld-linux-aarch64.so.1", "ld", "./program", "reached", NULL)); }
static int by_path_descriptor(void) { int e = copy_to("program"); if (e) return e; CHILD(int fd = open("program", O_PATH); char *a[] = { "p", "reached", NULL }; syscall(SYS_execveat, fd, "", a, none, AT_EMPTY_PATH)); }
static int by_proc_descriptor(void) { int e = copy_to("program"); if (e) return e; CHILD(char p[64]; sprintf(p, "/proc/self/fd/%d", open("program", O_RDONLY)); execl(p, "p", "reached", NULL)); }
static int memory_fexecve(void) { int fd = memory_copy(0); if (fd < 0) return -fd; CHILD(char *a[] = { "p", "reached", NULL }; fexecve(fd, a, none)); }
static int memory_execveat(void) { int fd = memory_copy(1); if (fd < 0) return -fd; CHILD(char *a[] = { "p", "reached", NULL }; syscall(SYS_execveat, fd, "", a, none, AT_EMPTY_PATH)); }
static int memory_proc(void) { int fd = memory_copy(0); if (fd < 0) return -fd; CHILD(char p[64]; sprintf(p, "/proc/self/fd/%d", fd); execl(p, "p", "reached", NULL)); }
static int memory_exec_flag(void) { int fd = memory_copy(0x10); if (fd < 0) return -fd; CHILD(char p[64]; sprintf(p, "/proc/self/fd/%d", fd); execl(p, "p", "reached", NULL)); }
static int memory_linked(void) {
    int fd = memory_copy(0);
    if (fd < 0) return -fd;
    CHILD(char p[64]; sprintf(p, "/proc/%d/fd/%d", getppid(), fd); execl(p, "p", "reached", NULL));
}
static int unnamed(void) {
    int in = open(self, O_RDONLY), out = open(workspace, O_TMPFILE | O_WRONLY, 0700);
    if (out < 0) return STOPPED;
    char buffer[65536], path[64];
    for (ssize_t n; (n = read(in, buffer, sizeof buffer)) > 0;) if (write(out, buffer, n) != n) return STOPPED;
    sprintf(path, "/proc/self/fd/%d", out);
    TRY(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
    close(out);
    CHILD(execl("./named", "p", "reached", NULL));
}
static int script(void) {
    int fd = open("script", O_CREAT | O_WRONLY, 0700);
    if (write(fd, "#!/bin/sh\nexit 42\n", 18) != 18) return EIO;
    close(fd);
    CHILD(execl("./script", "script", NULL));
}
static int linked(void) { TRY(symlink(at(outside, "program"), "l")); CHILD(execl("./l", "p", "reached", NULL)); }
static int outside_program(void) { CHILD(execl(at(outside, "program"), "p", "reached", NULL)); }
static int moved_program(void) { TRY(rename(at(outside, "program"), "moved")); CHILD(execl("./moved", "p", "reached", NULL)); }
static int maps_code(void) {
    int e = copy_to("code");
    if (e) return e;
    int fd = open("code", O_RDONLY);
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0) == MAP_FAILED ? STOPPED : 0;
}
static int protects_code(void) {
    int e = copy_to("code");
    if (e) return e;
    int fd = open("code", O_RDONLY);
    void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
    TRY(mprotect(p, 4096, PROT_READ | PROT_EXEC));
    return 0;
}
static int copy_library(void) {
    int in = open(at(outside, "library.so"), O_RDONLY);
    if (in < 0 && (in = open(at(workspace, "library.so"), O_RDONLY)) < 0) return STOPPED;
    close(in);
    return 0;
}
static int preload_from(const char *library) {
    pid_t child = fork();
    if (child == 0) {
        char variable[600];
        snprintf(variable, 600, "LD_PRELOAD=%s", library);
        char *e[] = { variable, NULL }, *a[] = { "true", NULL };
        close(2);
        execve("/bin/true", a, e);
        _exit(1);
    }
    waitpid(child, NULL, 0);
    return access(at(workspace, "preloaded"), F_OK) ? EACCES : 0;
}
static int preload(void) { (void)copy_library; return preload_from(at(workspace, "library.so")); }
static int preload_outside(void) { return preload_from(at(outside, "library.so")); }
static int loads(void) { return dlopen(at(workspace, "library.so"), RTLD_NOW) ? 0 : EACCES; }
static int audit(void) {
    pid_t child = fork();
    if (child == 0) {
        char variable[600];
        snprintf(variable, 600, "LD_AUDIT=%s", at(workspace, "library.so"));
        char *e[] = { variable, NULL }, *a[] = { "true", NULL };
        close(2);
        execve("/bin/true", a, e);
        _exit(1);
    }
    waitpid(child, NULL, 0);
    return access(at(workspace, "preloaded"), F_OK) ? EACCES : 0;
}
static int set_user_id(void) { CHILD(char p[600]; snprintf(p, 600, "%s.suid", self); execl(p, "p", "other-user", NULL)); }
static int own_set_user_id(void) {
    int e = copy_to("suid");
    if (e) return e;
    TRY(chown("suid", 12345, 12345));
    TRY(chmod("suid", 04755));
    CHILD(execl("./suid", "p", "other-user", NULL));
}
static int capabilities(void) { CHILD(execl(self, "p", "capable", NULL)); }
static int file_capabilities(void) { CHILD(char p[600]; snprintf(p, 600, "%s.caps", self); execl(p, "p", "capable", NULL)); }

const struct attempt executing[] = {
    { "copied-program", "executing", "runs a program that it copied into the workspace", copied },
    { "dynamic-linker", "executing", "runs it by the dynamic linker", by_linker },
    { "descriptor-of-program", "executing", "runs it by execveat of a descriptor", by_path_descriptor },
    { "proc-descriptor", "executing", "runs it by /proc/self/fd", by_proc_descriptor },
    { "memory-fexecve", "executing", "runs a file in memory by fexecve", memory_fexecve },
    { "memory-execveat", "executing", "runs a file in memory by execveat", memory_execveat },
    { "memory-proc", "executing", "runs a file in memory by /proc/self/fd", memory_proc },
    { "memory-exec-flag", "executing", "asks for a file in memory that can be executed", memory_exec_flag },
    { "memory-of-parent", "executing", "runs its parent's file in memory", memory_linked },
    { "unnamed-file", "executing", "runs an unnamed file after linking it into the workspace", unnamed },
    { "script", "executing", "runs a script in the workspace", script },
    { "link-to-program", "executing", "runs a program outside by a symbolic link", linked },
    { "program-outside", "executing", "runs a program outside", outside_program },
    { "moved-program", "executing", "moves a program into the workspace and runs it", moved_program },
    { "map-code", "executing", "maps a file of the workspace as code", maps_code },
    { "protect-code", "executing", "makes a mapped file of the workspace code", protects_code },
    { "preload", "executing", "has a library of the workspace loaded by LD_PRELOAD", preload },
    { "preload-outside", "executing", "has a library outside loaded by LD_PRELOAD", preload_outside },
    { "audit-library", "executing", "has a library of the workspace loaded by LD_AUDIT", audit },
    { "dlopen", "executing", "loads a library of the workspace", loads },
    { "set-user-id", "executing", "becomes another user by a set-user-id program", set_user_id },
    { "own-set-user-id", "executing", "makes a set-user-id program of its own", own_set_user_id },
    { "capabilities-of-root", "executing", "gets capabilities by executing as root", capabilities },
    { "file-capabilities", "executing", "gets capabilities by a file that has some", file_capabilities },
    { 0 },
};
