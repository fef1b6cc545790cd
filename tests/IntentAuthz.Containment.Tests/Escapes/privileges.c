#include "attempts.h"

#define UNSHARE(id, flag) static int id(void) { TRY(unshare(flag)); return 0; }
UNSHARE(new_user, CLONE_NEWUSER) UNSHARE(new_mount, CLONE_NEWNS) UNSHARE(new_net, CLONE_NEWNET) UNSHARE(new_pid, CLONE_NEWPID)
UNSHARE(new_ipc, CLONE_NEWIPC) UNSHARE(new_uts, CLONE_NEWUTS) UNSHARE(new_cgroup, CLONE_NEWCGROUP) UNSHARE(new_time, 0x80)
static int cloned(unsigned long flags) {
    long child = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (child == 0) _exit(0);
    if (child < 0) return STOPPED;
    waitpid(child, NULL, 0);
    return 0;
}
static int clone_user(void) { return cloned(CLONE_NEWUSER); }
static int clone_mount(void) { return cloned(CLONE_NEWNS); }
static int clone_net(void) { return cloned(CLONE_NEWNET); }
static int clone_pid(void) { return cloned(CLONE_NEWPID); }
static int clone3_user(void) {
    struct clone_args a = { .flags = CLONE_NEWUSER, .exit_signal = SIGCHLD };
    long child = syscall(SYS_clone3, &a, sizeof a);
    if (child == 0) _exit(0);
    if (child < 0) return STOPPED;
    waitpid(child, NULL, 0);
    return 0;
}
static int clone3_group(void) {
    struct clone_args a = { .flags = CLONE_NEWPID, .exit_signal = SIGCHLD };
    long child = syscall(SYS_clone3, &a, sizeof a);
    if (child == 0) _exit(0);
    if (child < 0) return STOPPED;
    waitpid(child, NULL, 0);
    return 0;
}
static int enters(const char *ns, int type) { int fd = open(ns, O_RDONLY); if (fd < 0) return STOPPED; TRY(setns(fd, type)); return 0; }
static int enters_victim_net(void) { char p[64]; sprintf(p, "/proc/%d/ns/net", victim); return enters(p, CLONE_NEWNET); }
static int enters_victim_ipc(void) { char p[64]; sprintf(p, "/proc/%d/ns/ipc", victim); return enters(p, CLONE_NEWIPC); }
static int enters_own_ipc(void) { return enters("/proc/self/ns/ipc", CLONE_NEWIPC); }
static int enters_first_mount(void) { return enters("/proc/1/ns/mnt", CLONE_NEWNS); }
static int enters_process(void) { int fd = syscall(SYS_pidfd_open, victim, 0); if (fd < 0) return STOPPED; TRY(setns(fd, CLONE_NEWNET)); return 0; }
static int changes_root(void) { TRY(chroot(workspace)); return 0; }
static int chroot_dotdot(void) {
    mkdir("jail", 0700);
    int fd = open(".", O_RDONLY);
    TRY(chroot("jail"));
    TRY(fchdir(fd));
    for (int i = 0; i < 64; i++) if (chdir("..")) break;
    TRY(chroot("."));
    return reads(at(outside, "secret"));
}
static int private_first(void) { return unshare(CLONE_NEWNS) < 0 ? STOPPED : mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ? STOPPED : 0; }
static int mounts_memory(void) { mkdir("m", 0700); int e = private_first(); if (e) return e; TRY(mount("none", "m", "tmpfs", 0, NULL)); return 0; }
static int binds(void) { mkdir("m", 0700); int e = private_first(); if (e) return e; TRY(mount(outside, "m", NULL, MS_BIND, NULL)); return reads("m/secret"); }
static int mounts_directly(void) { mkdir("m", 0700); TRY(mount("none", "m", "tmpfs", 0, NULL)); umount2("m", MNT_DETACH); return 0; }
static int remounts(void) { int e = private_first(); if (e) return e; TRY(mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL)); return 0; }
static int unmounts(void) { int e = private_first(); if (e) return e; TRY(umount2("/proc", MNT_DETACH)); return 0; }
static int mounts_proc(void) { mkdir("m", 0700); int e = private_first(); if (e) return e; TRY(mount("proc", "m", "proc", 0, NULL)); return 0; }
static int overlays(void) {
    mkdir("m", 0700); mkdir("u", 0700); mkdir("k", 0700);
    int e = private_first();
    if (e) return e;
    if (mount("none", "m", "tmpfs", 0, NULL) < 0) return STOPPED;
    mkdir("m/u", 0700); mkdir("m/w", 0700); mkdir("m/t", 0700);
    char options[1800];
    snprintf(options, sizeof options, "lowerdir=%s,upperdir=m/u,workdir=m/w", outside);
    TRY(mount("none", "m/t", "overlay", 0, options));
    return reads("m/t/secret");
}
static int clones_tree(void) { int fd = syscall(428, AT_FDCWD, outside, 1); return fd < 0 ? STOPPED : 0; }
static int new_filesystem(void) { return syscall(430, "tmpfs", 0) < 0 ? STOPPED : 0; }
static int picks_filesystem(void) { return syscall(433, AT_FDCWD, "/", 0) < 0 ? STOPPED : 0; }
static int sets_mount(void) { struct { uint64_t s, c, p, u; } a = { 0 }; int e = private_first(); if (e) return e; TRY(syscall(442, AT_FDCWD, "/", 0, &a, sizeof a)); return 0; }
static int pivots(void) { int e = private_first(); if (e) return e; mkdir("m", 0700); TRY(mount("none", "m", "tmpfs", 0, NULL)); mkdir("m/o", 0700); TRY(syscall(SYS_pivot_root, "m", "m/o")); return 0; }

static int ring_setup(void) { struct io_uring_params p = { 0 }; int fd = syscall(425, 4, &p); return fd < 0 ? STOPPED : 0; }
// One operation through a ring: the kernel does it, and no filter sees it.
static int ring(struct io_uring_sqe operation) {
    struct io_uring_params p = { 0 };
    int fd = syscall(425, 4, &p);
    if (fd < 0) return -STOPPED;
    char *sq = mmap(0, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
    char *cq = mmap(0, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_CQ_RING);
    struct io_uring_sqe *sqes = mmap(0, p.sq_entries * sizeof *sqes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQES);
    sqes[0] = operation;
    *(unsigned *)(sq + p.sq_off.array) = 0;
    __atomic_store_n((unsigned *)(sq + p.sq_off.tail), 1, __ATOMIC_RELEASE);
    if (syscall(426, fd, 1, 1, 1, NULL, 0) < 0) return -STOPPED;
    return ((struct io_uring_cqe *)(cq + p.cq_off.cqes))->res;
}
static int ring_open(void) {
    struct io_uring_sqe s = { .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t)at(outside, "secret"), .open_flags = O_RDONLY };
    int fd = ring(s);
    return fd < 0 ? -fd : reads_descriptor(fd);
}
static int ring_socket(void) { struct io_uring_sqe s = { .opcode = 45, .fd = AF_INET, .off = SOCK_DGRAM }; int fd = ring(s); return fd < 0 ? -fd : 0; }
static int ring_unlink(void) { struct io_uring_sqe s = { .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (uintptr_t)at(outside, "target") }; int r = ring(s); return r < 0 ? -r : 0; }
static int bpf_map(void) { union bpf_attr a = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1 }; return syscall(SYS_bpf, 0, &a, sizeof a) < 0 ? STOPPED : 0; }
static int bpf_program(void) {
    struct bpf_insn code[] = { { 0xb7, 0, 0, 0, 0 }, { 0x95, 0, 0, 0, 0 } };
    union bpf_attr a = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2, .insns = (uintptr_t)code, .license = (uintptr_t) "GPL" };
    return syscall(SYS_bpf, 5, &a, sizeof a) < 0 ? STOPPED : 0;
}
static int measures(void) { struct perf_event_attr a = { .type = PERF_TYPE_SOFTWARE, .size = sizeof a, .config = PERF_COUNT_SW_CPU_CLOCK }; return syscall(SYS_perf_event_open, &a, 0, -1, -1, 0) < 0 ? STOPPED : 0; }
static int faults(void) { return syscall(SYS_userfaultfd, 0) < 0 ? STOPPED : 0; }
static int adds_key(void) { TRY(syscall(SYS_add_key, "user", "intentauthz-escape", "x", 1, -2)); return 0; }
static int reads_keyring(void) { TRY(syscall(SYS_keyctl, 0, -4, 1)); return 0; }
static int requests_key(void) { long r = syscall(SYS_request_key, "user", "intentauthz-none", NULL, 0); return r < 0 && errno != ENOKEY ? STOPPED : 0; }
static int joins_session(void) { TRY(syscall(SYS_keyctl, 1, NULL)); return 0; }
static int personality_exec(void) { TRY(personality(READ_IMPLIES_EXEC)); return 0; }
static int personality_no_random(void) { TRY(personality(ADDR_NO_RANDOMIZE)); return 0; }
static int logs(void) { TRY(klogctl(10, NULL, 0)); return 0; }
static int host_name(void) { char n[256]; gethostname(n, 256); TRY(sethostname(n, strlen(n))); return 0; }
static int domain_name(void) { char n[256] = ""; if (getdomainname(n, 256)) return EIO; TRY(setdomainname(n, strlen(n))); return 0; }
static int accounting(void) { int r = syscall(SYS_acct, "/nonexistent/file"); return r < 0 && errno != ENOENT ? STOPPED : 0; }
static int quota(void) { TRY(syscall(SYS_quotactl, (0x800001 << 8), NULL, 0, NULL)); return 0; }
static int sets_clock(void) { struct timespec t = { 0, 2000000000 }; int r = syscall(SYS_clock_settime, CLOCK_REALTIME, &t); return r < 0 && errno != EINVAL ? STOPPED : 0; } // an impossible time
static int becomes_user(void) { TRY(syscall(SYS_setresuid, 12345, 12345, 12345)); return 0; }
static int becomes_group(void) { TRY(syscall(SYS_setresgid, 12345, 12345, 12345)); return 0; }
static int sets_groups(void) { gid_t g = 12345; TRY(syscall(SYS_setgroups, 1, &g)); return 0; }
static int fs_user(void) { setfsuid(12345); return setfsuid(-1) == 12345 ? 0 : EPERM; }
static int raises_capability(void) {
    uint32_t header[2] = { 0x20080522, 0 }, data[6];
    TRY(syscall(SYS_capget, header, data));
    data[0] |= 1 << 21;
    TRY(syscall(SYS_capset, header, data));
    return 0;
}
static int ambient(void) {
    uint32_t header[2] = { 0x20080522, 0 }, data[6];
    TRY(syscall(SYS_capget, header, data));
    data[2] |= 1 << 21;
    TRY(syscall(SYS_capset, header, data));
    TRY(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0));
    return 0;
}
static int secure_bits(void) { TRY(prctl(PR_SET_SECUREBITS, 0)); return 0; }
static int new_privileges(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0 ? 0 : EPERM; }
static int unfiltered(void) { return prctl(PR_GET_SECCOMP) == 0 ? 0 : EPERM; }
static int raises_nice(void) { TRY(setpriority(PRIO_PROCESS, 0, -5)); return 0; }
static int real_time(void) { struct sched_param p = { 1 }; TRY(sched_setscheduler(0, SCHED_FIFO, &p)); return 0; }
static int raises_limit(void) { struct rlimit l; getrlimit(RLIMIT_CORE, &l); l.rlim_max = l.rlim_cur = RLIM_INFINITY; TRY(setrlimit(RLIMIT_CORE, &l)); return 0; }
static int dumps_core(void) {
    struct rlimit l = { RLIM_INFINITY, RLIM_INFINITY };
    pid_t child = fork();
    if (child == 0) { setrlimit(RLIMIT_CORE, &l); raise(SIGSEGV); for (;;) raise(SIGKILL); }
    int status;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WCOREDUMP(status) ? 0 : EPERM;
}
static int types_into_terminal(void) {
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0) return STOPPED;
    if (grantpt(master) || unlockpt(master)) return STOPPED;
    int slave = open(ptsname(master), O_RDWR);
    TRY(ioctl(slave, TIOCSTI, "x"));
    return 0;
}
static int line_discipline(void) {
    int master = posix_openpt(O_RDWR | O_NOCTTY), n = 0;
    if (master < 0) return STOPPED;
    TRY(ioctl(master, TIOCSETD, &n));
    return 0;
}
#ifdef __x86_64__
static int io_level(void) { TRY(syscall(SYS_iopl, 3)); return 0; }
static int io_ports(void) { TRY(syscall(SYS_ioperm, 0x80, 1, 1)); return 0; }
static int local_table(void) { char t[64]; TRY(syscall(SYS_modify_ldt, 0, t, sizeof t)); return 0; }
static int other_architecture(void) { // getpid by the 32-bit entry, whose numbers mean other calls
    pid_t child = fork();
    if (child == 0) { long r; __asm__ volatile("int $0x80" : "=a"(r) : "a"(20) : "memory"); _exit(r > 0 ? 42 : 1); }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 42 ? 0 : EPERM;
}
#endif
static int secret_memory(void) { return syscall(447, 0) < 0 ? STOPPED : 0; }
static int lists_mounts(void) { struct { uint32_t size, spare; uint64_t id, param; } r = { 24, 0, 0xffffffffffffffffULL, 0 }; uint64_t ids[4]; return syscall(458, &r, ids, 4, 0) < 0 ? STOPPED : 0; }
static int module(void) { int r = syscall(SYS_finit_module, -1, "", 0); return r < 0 && errno != EBADF ? STOPPED : 0; }
static int filter_escape(void) { // a second filter that allows all must not weaken the first
    struct sock_filter code[] = { { 6, 0, 0, 0x7fff0000 } };
    struct sock_fprog p = { 1, code };
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (syscall(SYS_seccomp, 1, 0, &p)) return STOPPED;
    return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? STOPPED : 0;
}
static int second_ruleset(void) { // a second ruleset that grants all must not widen the first
    struct { uint64_t fs; } a = { 1 << 2 };
    int fd = syscall(444, &a, sizeof a, 0);
    if (fd < 0) return STOPPED;
    struct __attribute__((packed)) { uint64_t access; int fd; } r = { 1 << 2, open("/", O_PATH) };
    syscall(445, fd, 1, &r, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (syscall(446, fd, 0)) return STOPPED;
    return reads(at(outside, "secret"));
}

const struct attempt privileges[] = {
    { "unshare-user", "namespaces", "makes a user namespace, in which it is root", new_user },
    { "unshare-mount", "namespaces", "makes a mount namespace", new_mount },
    { "unshare-network", "namespaces", "makes a network namespace", new_net },
    { "unshare-process", "namespaces", "makes a PID namespace", new_pid },
    { "unshare-ipc", "namespaces", "makes an IPC namespace", new_ipc },
    { "unshare-names", "namespaces", "makes a namespace of host names", new_uts },
    { "unshare-cgroup", "namespaces", "makes a control group namespace", new_cgroup },
    { "unshare-time", "namespaces", "makes a time namespace", new_time },
    { "clone-user", "namespaces", "clones into a user namespace", clone_user },
    { "clone-mount", "namespaces", "clones into a mount namespace", clone_mount },
    { "clone-network", "namespaces", "clones into a network namespace", clone_net },
    { "clone-process", "namespaces", "clones into a PID namespace", clone_pid },
    { "clone3-user", "namespaces", "clones into a user namespace by clone3, whose flags no filter sees", clone3_user },
    { "clone3-process", "namespaces", "clones into a PID namespace by clone3", clone3_group },
    { "setns-network", "namespaces", "enters another process's network namespace", enters_victim_net },
    { "setns-ipc", "namespaces", "enters another process's IPC namespace", enters_victim_ipc },
    { "setns-own", "namespaces", "enters its own IPC namespace again", enters_own_ipc },
    { "setns-first", "namespaces", "enters the mount namespace of process 1", enters_first_mount },
    { "setns-pidfd", "namespaces", "enters another process's namespaces by its descriptor", enters_process },
    { "chroot", "mounts", "changes its root", changes_root },
    { "chroot-dot-dot", "mounts", "leaves its root by a second chroot", chroot_dotdot },
    { "mount-memory", "mounts", "mounts a file system in memory", mounts_memory },
    { "mount-directly", "mounts", "mounts it without a namespace", mounts_directly },
    { "bind-mount", "mounts", "mounts the directory outside in the workspace", binds },
    { "remount", "mounts", "mounts / writable again", remounts },
    { "unmount", "mounts", "unmounts /proc to see what is beneath", unmounts },
    { "mount-proc", "mounts", "mounts a /proc", mounts_proc },
    { "overlay", "mounts", "mounts an overlay of the directory outside", overlays },
    { "open-tree", "mounts", "copies the mount of the directory outside", clones_tree },
    { "fsopen", "mounts", "makes a file system by fsopen", new_filesystem },
    { "fspick", "mounts", "reconfigures the file system of /", picks_filesystem },
    { "mount-setattr", "mounts", "changes the attributes of the mount of /", sets_mount },
    { "pivot-root", "mounts", "exchanges the root", pivots },
    { "io-uring", "kernel", "makes an io_uring", ring_setup },
    { "io-uring-open", "kernel", "opens the file outside through an io_uring", ring_open },
    { "io-uring-socket", "kernel", "makes a UDP socket through an io_uring", ring_socket },
    { "io-uring-unlink", "kernel", "removes a file outside through an io_uring", ring_unlink },
    { "bpf-map", "kernel", "makes a BPF map", bpf_map },
    { "bpf-program", "kernel", "loads a BPF program", bpf_program },
    { "perf-event", "kernel", "opens a performance counter", measures },
    { "userfaultfd", "kernel", "handles page faults of the kernel", faults },
    { "add-key", "kernel", "adds a key", adds_key },
    { "keyring", "kernel", "finds the user's keyring", reads_keyring },
    { "request-key", "kernel", "requests a key", requests_key },
    { "session-keyring", "kernel", "makes a session keyring", joins_session },
    { "personality-exec", "kernel", "makes all that is readable executable", personality_exec },
    { "personality-fixed", "kernel", "switches address randomisation off", personality_no_random },
    { "kernel-log", "kernel", "asks for the kernel's log", logs },
    { "host-name", "kernel", "sets the host's name", host_name },
    { "domain-name", "kernel", "sets the domain's name", domain_name },
    { "accounting", "kernel", "sets process accounting", accounting },
    { "quota", "kernel", "syncs quotas", quota },
    { "module", "kernel", "loads a module, from no file", module },
    { "clock", "kernel", "sets the clock, to an impossible time", sets_clock },
    { "secret-memory", "kernel", "makes memory that the kernel does not see", secret_memory },
    { "list-mounts", "kernel", "lists mounts", lists_mounts },
    { "setuid", "privileges", "becomes another user", becomes_user },
    { "setgid", "privileges", "becomes another group", becomes_group },
    { "setgroups", "privileges", "joins a group", sets_groups },
    { "setfsuid", "privileges", "becomes another user for files", fs_user },
    { "raise-capability", "privileges", "gives itself CAP_SYS_ADMIN", raises_capability },
    { "ambient-capability", "privileges", "keeps a capability for its children", ambient },
    { "secure-bits", "privileges", "makes root special again", secure_bits },
    { "new-privileges", "privileges", "finds that programs may still gain rights", new_privileges },
    { "no-filter", "privileges", "finds that no system call is filtered", unfiltered },
    { "second-filter", "privileges", "installs a filter that allows all", filter_escape },
    { "second-ruleset", "privileges", "installs a Landlock ruleset that grants all", second_ruleset },
    { "raise-priority", "privileges", "raises its priority", raises_nice },
    { "real-time", "privileges", "runs in real time", real_time },
    { "raise-limit", "privileges", "raises its limit of core dumps", raises_limit },
    { "core-dump", "privileges", "dumps core", dumps_core },
    { "type-into-terminal", "privileges", "types into a terminal", types_into_terminal },
    { "line-discipline", "privileges", "sets a terminal's line discipline", line_discipline },
#ifdef __x86_64__
    { "io-level", "privileges", "asks for the input and output instructions", io_level },
    { "io-ports", "privileges", "asks for a port", io_ports },
    { "local-table", "privileges", "reads its local descriptor table", local_table },
    { "other-architecture", "privileges", "makes a 32-bit system call", other_architecture },
#endif
    { 0 },
};
