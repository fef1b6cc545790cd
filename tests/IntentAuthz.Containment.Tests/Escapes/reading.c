#include "attempts.h"

static int absolute(void) { return reads(at(outside, "secret")); }
static int dotdot(void) { return reads("../outside/secret"); }
static int long_dotdot(void) { char path[4200] = ""; for (int i = 0; i < 300; i++) strcat(path, "../"); strcat(path, at(outside, "secret") + 1); return reads(path); }

static int by_symlink(void) { TRY(symlink(at(outside, "secret"), "link")); return reads("link"); }
static int by_symlinked_directory(void) { TRY(symlink(outside, "dirlink")); return reads("dirlink/secret"); }
static int by_relative_symlink(void) { TRY(symlink("../outside", "rel")); return reads("rel/secret"); }
static int by_hard_link(void) { TRY(link(at(outside, "secret"), "hard")); return reads("hard"); }
static int by_linked_descriptor(void) {
    int fd = open(at(outside, "secret"), O_PATH);
    if (fd < 0) return STOPPED;
    char path[64];
    sprintf(path, "/proc/self/fd/%d", fd);
    TRY(linkat(AT_FDCWD, path, AT_FDCWD, "hard2", AT_SYMLINK_FOLLOW));
    return reads("hard2");
}
static int reopened(void) {
    int fd = open(at(outside, "secret"), O_PATH);
    if (fd < 0) return STOPPED;
    char path[64];
    sprintf(path, "/proc/self/fd/%d", fd);
    return reads(path);
}
static int by_directory_descriptor(void) {
    int fd = open(outside, O_PATH | O_DIRECTORY);
    if (fd < 0) return STOPPED;
    int in = openat(fd, "secret", O_RDONLY);
    return in < 0 ? STOPPED : reads_descriptor(in);
}
static int by_chdir(void) { TRY(chdir(outside)); return reads("secret"); }
static int by_fchdir(void) { int fd = open(outside, O_PATH); if (fd < 0) return STOPPED; TRY(fchdir(fd)); return reads("secret"); }

static int openat2_of(int flags, const char *directory, const char *path) {
    struct { uint64_t flags, mode, resolve; } how = { O_RDONLY, 0, flags };
    int base = directory ? open(directory, O_PATH) : AT_FDCWD;
    if (base == -1) return STOPPED;
    int fd = syscall(437, base, path, &how, sizeof how);
    return fd < 0 ? STOPPED : reads_descriptor(fd);
}
static int by_openat2(void) { return openat2_of(0, NULL, at(outside, "secret")); }
static int by_openat2_root(void) { return openat2_of(0x10, "/", at(outside, "secret") + 1); }

static int by_proc_root(void) { char path[600]; snprintf(path, 600, "/proc/self/root%s/secret", outside); return reads(path); }
static int by_thread_root(void) { char path[600]; snprintf(path, 600, "/proc/thread-self/root%s/secret", outside); return reads(path); }
static int by_proc_cwd(void) { return reads("/proc/self/cwd/../outside/secret"); }
static int of_victim(const char *rest) { char path[700]; snprintf(path, 700, "/proc/%d/%s", victim, rest); return reads(path); }
static int by_victim_root(void) { char rest[600]; snprintf(rest, 600, "root%s/secret", outside); return of_victim(rest); }
static int by_victim_cwd(void) { return of_victim("cwd/secret"); }
static int by_victim_descriptor(void) { return of_victim("fd/9"); }
static int victim_environment(void) { return of_victim("environ"); }
static int victim_command(void) { return of_victim("cmdline"); }
static int victim_open(const char *what, int flags) {
    char path[64];
    sprintf(path, "/proc/%d/%s", victim, what);
    return open(path, flags) < 0 ? STOPPED : 0;
}
static int victim_memory(void) { return victim_open("mem", O_RDWR); }
static int victim_maps(void) { return victim_open("maps", O_RDONLY); }
static int victim_status(void) { return victim_open("status", O_RDONLY); }
static int victim_tasks(void) { return victim_open("task", O_RDONLY | O_DIRECTORY); }
static int victim_auxv(void) { return victim_open("auxv", O_RDONLY); }
static int victim_clear_refs(void) { return victim_open("clear_refs", O_WRONLY); }
static int victim_namespace(void) { return victim_open("ns/net", O_RDONLY); }
static int victim_link(void) { char path[64], to[600]; sprintf(path, "/proc/%d/exe", victim); return readlink(path, to, sizeof to) < 0 ? STOPPED : 0; }
static int parent_memory(void) { char path[64]; sprintf(path, "/proc/%d/mem", getppid()); return open(path, O_RDONLY) < 0 ? STOPPED : 0; }
static int parent_environment(void) { char path[64]; sprintf(path, "/proc/%d/environ", getppid()); return open(path, O_RDONLY) < 0 ? STOPPED : 0; }
static int init_memory(void) { return open("/proc/1/mem", O_RDWR) < 0 ? STOPPED : 0; }
static int init_root(void) { char path[600]; snprintf(path, 600, "/proc/1/root%s/secret", outside); return reads(path); }
static int kernel_symbols(void) { return open("/proc/kallsyms", O_RDONLY) < 0 ? STOPPED : 0; }
static int kernel_core(void) { return open("/proc/kcore", O_RDONLY) < 0 ? STOPPED : 0; }
static int kernel_setting(void) { return open("/proc/sys/kernel/core_pattern", O_WRONLY) < 0 ? STOPPED : 0; }
static int sysrq(void) { return open("/proc/sysrq-trigger", O_WRONLY) < 0 ? STOPPED : 0; }
static int system_uevent(void) { return open("/sys/kernel/uevent_seqnum", O_RDONLY) < 0 ? STOPPED : 0; }
static int control_groups(void) { return open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY) < 0 ? STOPPED : 0; }
static int host_name_file(void) { return open("/etc/shadow", O_RDONLY) < 0 ? STOPPED : 0; }
static int kernel_log(void) { return open("/dev/kmsg", O_RDONLY) < 0 ? STOPPED : 0; }
static int memory_device(void) { return open("/dev/mem", O_RDONLY) < 0 ? STOPPED : 0; }

static volatile int racing = 1;
static void *swap_link(void *x) {
    while (racing) {
        unlink("race"); close(open("race", O_CREAT | O_WRONLY, 0600));
        unlink("race"); if (symlink(at(outside, "secret"), "race")) {}
    }
    return x;
}
static void *swap_directory(void *x) {
    mkdir("real", 0700);
    close(open("real/secret", O_CREAT | O_WRONLY, 0600));
    if (symlink(outside, "fake")) {}
    while (racing) syscall(SYS_renameat2, AT_FDCWD, "real", AT_FDCWD, "fake", 2);
    return x;
}
static int race(void *(*swap)(void *), const char *path) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, swap, NULL)) return EAGAIN;
    int result = EIO;
    struct timespec from, now;
    clock_gettime(CLOCK_MONOTONIC, &from);
    do {
        int one = reads(path);
        if (one == EACCES || one == EPERM || one == 0) result = one;
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (result != 0 && (now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000 < 300);
    racing = 0;
    pthread_join(thread, NULL);
    return result;
}
static int symlink_race(void) { return race(swap_link, "race"); }
static int directory_race(void) { return race(swap_directory, "real/secret"); }

static int lists(void) { DIR *d = opendir(outside); return d ? 0 : STOPPED; }
static int lists_root(void) { DIR *d = opendir("/"); return d ? 0 : STOPPED; }
static int stats(void) { struct stat s; TRY(stat(at(outside, "secret"), &s)); return 0; }
static int statxes(void) { struct statx s; TRY(statx(AT_FDCWD, at(outside, "secret"), 0, STATX_ALL, &s)); return 0; }
static int accesses(void) { TRY(access(at(outside, "secret"), F_OK)); return 0; }
static int reads_link(void) { char to[600]; TRY(readlink(at(outside, "link"), to, sizeof to)); return 0; }
static int reads_attribute(void) { char value[64]; TRY(getxattr(at(outside, "secret"), "user.note", value, sizeof value)); return 0; }
static int lists_attributes(void) { char value[600]; TRY(listxattr(at(outside, "secret"), value, sizeof value)); return 0; }
static int statfses(void) { struct statfs s; TRY(statfs(outside, &s)); return 0; }
static int watches(void) { int fd = inotify_init1(0); if (fd < 0) return STOPPED; TRY(inotify_add_watch(fd, outside, IN_ALL_EVENTS)); return 0; }
static int marks(void) { int fd = fanotify_init(FAN_CLASS_NOTIF, O_RDONLY); if (fd < 0) return STOPPED; TRY(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, outside)); return 0; }
static int by_handle(void) {
    struct { struct file_handle handle; char bytes[128]; } h;
    h.handle.handle_bytes = 128;
    int mount_id;
    TRY(name_to_handle_at(AT_FDCWD, at(outside, "secret"), &h.handle, &mount_id, 0));
    int base = open(workspace, O_RDONLY);
    int fd = open_by_handle_at(base, &h.handle, O_RDONLY);
    return fd < 0 ? STOPPED : reads_descriptor(fd);
}
static int guessed_handle(void) { // of the workspace itself, whose file system holds the secret too
    struct { struct file_handle handle; char bytes[128]; } h;
    h.handle.handle_bytes = 128;
    int mount_id, base = open(workspace, O_RDONLY);
    TRY(name_to_handle_at(AT_FDCWD, workspace, &h.handle, &mount_id, 0));
    return open_by_handle_at(base, &h.handle, O_RDONLY) < 0 ? STOPPED : 0;
}
static int leaked_file(void) { return lseek(77, 0, SEEK_SET) < 0 ? STOPPED : reads_descriptor(77); }
static int leaked_directory(void) { int fd = openat(78, "secret", O_RDONLY); return fd < 0 ? STOPPED : reads_descriptor(fd); }
static int leaked_any(void) { for (int fd = 3; fd < 256; fd++) if (fcntl(fd, F_GETFD) >= 0) return 0; return STOPPED; }
static int leaked_socket(void) { struct sockaddr_storage a; socklen_t l = sizeof a; TRY(getsockname(79, (struct sockaddr *)&a, &l)); return 0; }
static int host_variable(void) { const char *v = getenv("INTENTAUTHZ_TEST_SECRET"); return v && !strcmp(v, SECRET) ? 0 : ENOENT; }
static int terminal(void) { return open("/dev/ptmx", O_RDWR | O_NOCTTY) < 0 ? STOPPED : 0; }

const struct attempt reading[] = {
    { "absolute-path", "reading", "opens a file outside by its absolute path", absolute },
    { "dot-dot", "reading", "opens it by .. from the workspace", dotdot },
    { "long-dot-dot", "reading", "opens it by three hundred ../ and its path", long_dotdot },
    { "symbolic-link", "reading", "makes a symbolic link to it in the workspace", by_symlink },
    { "symbolic-link-to-directory", "reading", "makes a symbolic link to its directory", by_symlinked_directory },
    { "relative-symbolic-link", "reading", "makes a relative symbolic link to its directory", by_relative_symlink },
    { "hard-link", "reading", "makes a hard link to it in the workspace", by_hard_link },
    { "hard-link-of-descriptor", "reading", "links an O_PATH descriptor of it into the workspace", by_linked_descriptor },
    { "reopened-descriptor", "reading", "reopens an O_PATH descriptor of it by /proc/self/fd", reopened },
    { "directory-descriptor", "reading", "opens it from an O_PATH descriptor of its directory", by_directory_descriptor },
    { "chdir", "reading", "changes into its directory", by_chdir },
    { "fchdir", "reading", "changes into its directory by a descriptor", by_fchdir },
    { "openat2", "reading", "opens it by openat2", by_openat2 },
    { "openat2-in-root", "reading", "opens it by openat2 with RESOLVE_IN_ROOT of /", by_openat2_root },
    { "proc-self-root", "reading", "opens it below /proc/self/root", by_proc_root },
    { "proc-thread-root", "reading", "opens it below /proc/thread-self/root", by_thread_root },
    { "proc-self-cwd", "reading", "opens it by .. from /proc/self/cwd", by_proc_cwd },
    { "victim-root", "reading", "opens it below another process's /proc root", by_victim_root },
    { "victim-cwd", "reading", "opens it in another process's working directory", by_victim_cwd },
    { "victim-descriptor", "reading", "opens another process's open file by /proc/<pid>/fd", by_victim_descriptor },
    { "victim-environment", "reading", "reads another process's environment", victim_environment },
    { "victim-command", "reading", "reads another process's command line", victim_command },
    { "victim-memory", "reading", "opens another process's memory", victim_memory },
    { "victim-maps", "reading", "reads another process's memory map", victim_maps },
    { "victim-status", "reading", "reads another process's status", victim_status },
    { "victim-tasks", "reading", "lists another process's threads", victim_tasks },
    { "victim-auxv", "reading", "reads another process's auxiliary vector, which tells where its code is", victim_auxv },
    { "victim-clear-refs", "reading", "resets another process's page marks", victim_clear_refs },
    { "victim-namespace", "reading", "opens another process's network namespace", victim_namespace },
    { "victim-program", "reading", "reads which program another process runs", victim_link },
    { "parent-memory", "reading", "opens its parent's memory", parent_memory },
    { "parent-environment", "reading", "reads its parent's environment", parent_environment },
    { "first-process-memory", "reading", "opens the memory of process 1", init_memory },
    { "first-process-root", "reading", "opens it below the root of process 1", init_root },
    { "kernel-symbols", "reading", "opens /proc/kallsyms", kernel_symbols },
    { "kernel-core", "reading", "opens /proc/kcore", kernel_core },
    { "kernel-setting", "reading", "opens a setting in /proc/sys for writing", kernel_setting },
    { "sysrq", "reading", "opens /proc/sysrq-trigger for writing", sysrq },
    { "system-files", "reading", "opens a file in /sys", system_uevent },
    { "control-groups", "reading", "lists /sys/fs/cgroup", control_groups },
    { "shadow", "reading", "opens /etc/shadow", host_name_file },
    { "kernel-log-device", "reading", "opens /dev/kmsg", kernel_log },
    { "memory-device", "reading", "opens /dev/mem", memory_device },
    { "terminal-device", "reading", "opens /dev/ptmx", terminal },
    { "symbolic-link-race", "reading", "swaps a file for a link to it while another thread opens it", symlink_race },
    { "directory-race", "reading", "exchanges a directory with a link to its directory while another thread opens it", directory_race },
    { "list", "reading", "lists a directory outside", lists },
    { "list-root", "reading", "lists /", lists_root },
    { "stat", "reading", "looks at a file outside", stats },
    { "statx", "reading", "looks at it by statx", statxes },
    { "access", "reading", "asks whether it is there", accesses },
    { "readlink", "reading", "reads a link outside", reads_link },
    { "attribute", "reading", "reads an extended attribute of it", reads_attribute },
    { "attribute-names", "reading", "lists its extended attributes", lists_attributes },
    { "statfs", "reading", "looks at the file system of a directory outside", statfses },
    { "inotify", "reading", "watches a directory outside", watches },
    { "fanotify", "reading", "watches it by fanotify", marks },
    { "file-handle", "reading", "opens it by its handle, through the workspace's file system", by_handle },
    { "guessed-handle", "reading", "opens by a handle at all, which could be guessed", guessed_handle },
    { "leaked-file", "reading", "reads a file that the host has open", leaked_file },
    { "leaked-directory", "reading", "opens it from a directory that the host has open", leaked_directory },
    { "leaked-socket", "reading", "uses a socket that the host has open", leaked_socket },
    { "leaked-any", "reading", "finds any descriptor beside the standard streams", leaked_any },
    { "host-variable", "reading", "reads a secret from the host's environment", host_variable },
    { 0 },
};
