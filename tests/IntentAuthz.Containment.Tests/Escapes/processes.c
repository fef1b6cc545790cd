#include "attempts.h"

static int attaches(void) { TRY(ptrace(PTRACE_ATTACH, victim, 0, 0)); waitpid(victim, NULL, __WALL); ptrace(PTRACE_DETACH, victim, 0, 0); return 0; }
static int seizes(void) { TRY(ptrace(PTRACE_SEIZE, victim, 0, 0)); ptrace(PTRACE_INTERRUPT, victim, 0, 0); waitpid(victim, NULL, __WALL); ptrace(PTRACE_DETACH, victim, 0, 0); return 0; }
static int traces_child(void) {
    pid_t child = fork();
    if (child == 0) { for (;;) pause(); }
    int r = ptrace(PTRACE_ATTACH, child, 0, 0) < 0 ? STOPPED : 0;
    kill(child, SIGKILL);
    waitpid(child, NULL, __WALL);
    return r;
}
static int traced_by_parent(void) {
    pid_t child = fork();
    if (child == 0) _exit(ptrace(PTRACE_TRACEME, 0, 0, 0) < 0 ? errno : 0);
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}
static char probe_buffer[16];
static int reads_memory(void) { struct iovec l = { probe_buffer, 8 }, r = { probe_buffer, 8 }; int n = syscall(SYS_process_vm_readv, victim, &l, 1, &r, 1, 0); return n >= 0 || errno == EFAULT ? 0 : STOPPED; }
static int writes_memory(void) { struct iovec l = { probe_buffer, 8 }, r = { (void *)16, 8 }; int n = syscall(SYS_process_vm_writev, victim, &l, 1, &r, 1, 0); return n >= 0 || errno == EFAULT ? 0 : STOPPED; }
static int opens_process(void) { return syscall(SYS_pidfd_open, victim, 0) < 0 ? STOPPED : 0; }
static int takes_descriptor(void) { int fd = syscall(SYS_pidfd_open, victim, 0); if (fd < 0) return STOPPED; int got = syscall(SYS_pidfd_getfd, fd, 9, 0); return got < 0 ? STOPPED : reads_descriptor(got); }
static int takes_parents_descriptor(void) { int fd = syscall(SYS_pidfd_open, getppid() ? getppid() : 1, 0); if (fd < 0) return STOPPED; return syscall(SYS_pidfd_getfd, fd, 0, 0) < 0 ? STOPPED : 0; }
static int signals(void) { TRY(kill(victim, SIGCONT)); return 0; }
static int signals_thread(void) { TRY(syscall(SYS_tgkill, victim, victim, SIGCONT)); return 0; }
static int signals_tkill(void) { TRY(syscall(SYS_tkill, victim, SIGCONT)); return 0; }
static int queues_signal(void) { siginfo_t i = { 0 }; i.si_code = -1; TRY(syscall(SYS_rt_sigqueueinfo, victim, SIGCONT, &i)); return 0; }
static int signals_descriptor(void) { int fd = syscall(SYS_pidfd_open, victim, 0); if (fd < 0) return STOPPED; TRY(syscall(SYS_pidfd_send_signal, fd, SIGCONT, NULL, 0)); return 0; }
static int signals_group(void) { TRY(kill(-getpgid(victim), SIGCONT)); return 0; }
static int signals_parent(void) { TRY(kill(getppid() ? getppid() : victim, SIGCONT)); return 0; }
static int signals_first(void) { TRY(kill(1, 0)); return 0; }
static int signals_by_owner(void) { // a descriptor's owner gets SIGIO from the kernel
    int p[2];
    TRY(pipe(p));
    TRY(fcntl(p[0], F_SETOWN, victim));
    return 0;
}
static int limits(void) { struct rlimit l; TRY(syscall(SYS_prlimit64, victim, RLIMIT_CORE, NULL, &l)); TRY(syscall(SYS_prlimit64, victim, RLIMIT_CORE, &l, NULL)); return 0; }
static int limits_parent(void) { struct rlimit l; TRY(syscall(SYS_prlimit64, getppid() ? getppid() : 1, RLIMIT_CORE, NULL, &l)); return 0; }
static int affinity(void) { cpu_set_t s; TRY(sched_getaffinity(victim, sizeof s, &s)); TRY(sched_setaffinity(victim, sizeof s, &s)); return 0; }
static int priority(void) { TRY(setpriority(PRIO_PROCESS, victim, 5)); return 0; }
static int scheduler(void) { struct sched_param p = { 0 }; TRY(sched_setscheduler(victim, SCHED_BATCH, &p)); return 0; }
static int io_priority(void) { TRY(syscall(SYS_ioprio_set, 1, victim, 2 << 13 | 7)); return 0; }
static int io_priority_of_user(void) { TRY(syscall(SYS_ioprio_get, 3, getuid())); TRY(syscall(SYS_kcmp, getpid(), victim, 0, 0, 0)); return 0; }
static int compares(void) { int r = syscall(SYS_kcmp, getpid(), victim, 1, 0, 0); return r < 0 ? STOPPED : 0; }
static int migrates(void) { unsigned long all = ~0UL; int r = syscall(SYS_migrate_pages, victim, 64, &all, &all); return r < 0 && errno != EINVAL ? STOPPED : 0; }
static int moves_pages(void) { int status; void *p = 0; int r = syscall(SYS_move_pages, victim, 1UL, &p, NULL, &status, 0); return r < 0 ? STOPPED : 0; }
static int asks_session(void) { TRY(getsid(victim)); return 0; }
static int asks_group(void) { TRY(getpgid(victim)); return 0; }
static int asks_scheduler(void) { TRY(sched_getscheduler(victim)); return 0; }
static int robust_list(void) { void *head; size_t length; TRY(syscall(SYS_get_robust_list, victim, &head, &length)); return 0; }
static int clock_of(void) { clockid_t c; int r = clock_getcpuclockid(victim, &c); struct timespec t; if (r) return r; TRY(clock_gettime(c, &t)); return 0; }
static int oom_score(void) { char p[64]; sprintf(p, "/proc/%d/oom_score_adj", victim); return open(p, O_WRONLY) < 0 ? STOPPED : 0; }
static int own_oom_score(void) { int fd = open("/proc/self/oom_score_adj", O_WRONLY); if (fd < 0) return STOPPED; return write(fd, "-1", 2) < 0 ? STOPPED : 0; }
static int joins_group(void) { FILE *f = fopen("/sys/fs/cgroup/pids/cgroup.procs", "a"); if (!f) f = fopen("/sys/fs/cgroup/cgroup.procs", "a"); return f ? 0 : STOPPED; }
static int finds_host(void) { // any process at all that is not of its own tree
    DIR *d = opendir("/proc");
    if (!d) return STOPPED;
    for (struct dirent *e; (e = readdir(d));) if (atoi(e->d_name) == victim && victim) return 0;
    return ESRCH;
}
static int mempolicy(void) { return syscall(SYS_process_madvise, syscall(SYS_pidfd_open, victim, 0), NULL, 0, 20, 0) < 0 ? STOPPED : 0; }

const struct attempt processes[] = {
    { "ptrace-attach", "processes", "attaches to another process", attaches },
    { "ptrace-seize", "processes", "seizes another process", seizes },
    { "ptrace-child", "processes", "traces a child of its own, to change its system calls", traces_child },
    { "ptrace-traceme", "processes", "has itself traced by its parent", traced_by_parent },
    { "process-vm-readv", "processes", "reads another process's memory", reads_memory },
    { "process-vm-writev", "processes", "writes another process's memory", writes_memory },
    { "pidfd-open", "processes", "opens another process", opens_process },
    { "pidfd-getfd", "processes", "takes a descriptor of another process", takes_descriptor },
    { "pidfd-getfd-parent", "processes", "takes a descriptor of its parent", takes_parents_descriptor },
    { "kill", "processes", "signals another process", signals },
    { "tgkill", "processes", "signals a thread of another process", signals_thread },
    { "tkill", "processes", "signals it by tkill", signals_tkill },
    { "sigqueue", "processes", "queues a signal for it", queues_signal },
    { "pidfd-signal", "processes", "signals it by its descriptor", signals_descriptor },
    { "kill-group", "processes", "signals its process group", signals_group },
    { "kill-parent", "processes", "signals the host", signals_parent },
    { "kill-first", "processes", "asks whether process 1 can be signalled", signals_first },
    { "owner-signal", "processes", "makes it the owner of a descriptor, for SIGIO", signals_by_owner },
    { "prlimit", "processes", "sets a limit of another process", limits },
    { "prlimit-parent", "processes", "asks for a limit of the host", limits_parent },
    { "affinity", "processes", "sets the processors of another process", affinity },
    { "priority", "processes", "sets the priority of another process", priority },
    { "scheduler", "processes", "sets the scheduler of another process", scheduler },
    { "io-priority", "processes", "sets the disk priority of another process", io_priority },
    { "compare-user", "processes", "compares itself with another process", io_priority_of_user },
    { "compare-memory", "processes", "compares its memory with that of another process", compares },
    { "migrate-pages", "processes", "moves another process's memory to other nodes", migrates },
    { "move-pages", "processes", "asks where another process's pages are", moves_pages },
    { "get-session", "processes", "asks for the session of another process", asks_session },
    { "get-group", "processes", "asks for the group of another process", asks_group },
    { "get-scheduler", "processes", "asks for the scheduler of another process", asks_scheduler },
    { "robust-list", "processes", "asks for an address in another process", robust_list },
    { "cpu-clock", "processes", "reads the processor time of another process", clock_of },
    { "oom-score", "processes", "has another process killed first for lack of memory", oom_score },
    { "own-oom-score", "processes", "has itself spared for lack of memory", own_oom_score },
    { "control-group", "processes", "leaves its control group", joins_group },
    { "find-process", "processes", "finds another process in /proc", finds_host },
    { "process-madvise", "processes", "has another process's pages put aside", mempolicy },
    { 0 },
};
