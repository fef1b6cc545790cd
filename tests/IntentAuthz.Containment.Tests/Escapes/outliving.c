#include "attempts.h"

// Each leaves something behind that makes a mark again and again; when the program has ended, the host removes the mark and looks for a new one.
static int later(void) { int e = 0; for (int i = 0; i < 40; i++) { usleep(50000); e = leaves_a_mark(); } return e; }
static void quiet(void) { close(0); close(1); close(2); }
static int child(void) { pid_t p = fork(); if (p == 0) { quiet(); _exit(later()); } return p < 0 ? STOPPED : 0; }
static int hang_up(void) { pid_t p = fork(); if (p == 0) { signal(SIGHUP, SIG_IGN); quiet(); _exit(later()); } return p < 0 ? STOPPED : 0; }
static int session(void) { pid_t p = fork(); if (p == 0) { setsid(); quiet(); _exit(later()); } return p < 0 ? STOPPED : 0; }
static int daemon_of(void) { TRY(daemon(1, 0)); return later(); }
static int twice(void) { pid_t p = fork(); if (p == 0) { setsid(); if (fork() == 0) { quiet(); _exit(later()); } _exit(0); } waitpid(p, NULL, 0); return 0; }
static int blocking(void) { pid_t p = fork(); if (p == 0) { sigset_t all; sigfillset(&all); sigprocmask(SIG_BLOCK, &all, NULL); setsid(); quiet(); _exit(later()); } return p < 0 ? STOPPED : 0; }
static int holding_output(void) { pid_t p = fork(); if (p == 0) { setsid(); _exit(later()); } return p < 0 ? STOPPED : 0; }
static int group(void) { pid_t p = fork(); if (p == 0) { setpgid(0, 0); quiet(); _exit(later()); } return p < 0 ? STOPPED : 0; }
static int subreaper(void) { prctl(PR_SET_CHILD_SUBREAPER, 1); return twice(); }
static int by_clone_parent(void) { // its parent becomes the child's parent
    long p = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    if (p == 0) { quiet(); _exit(later()); }
    return p < 0 ? STOPPED : 0;
}
static int respawning(void) { // a chain in which each ends as soon as the next is there
    if (fork()) return 0;
    quiet();
    struct timespec from, now;
    clock_gettime(CLOCK_MONOTONIC, &from);
    do {
        if (fork()) _exit(0);
        setsid();
        usleep(1000);
        leaves_a_mark();
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - from.tv_sec) * 1000 + (now.tv_nsec - from.tv_nsec) / 1000000 < 2000);
    _exit(0);
}
static int from_thread_death(void) { pid_t p = vfork(); if (p == 0) { execl(self, "p", "mark-later", workspace, NULL); _exit(1); } return 0; }

const struct attempt outliving[] = {
    { "child", "outliving", "leaves a child running", child },
    { "no-hang-up", "outliving", "leaves a child that ignores SIGHUP", hang_up },
    { "own-group", "outliving", "leaves a child in a process group of its own", group },
    { "own-session", "outliving", "leaves a child in a session of its own", session },
    { "daemon", "outliving", "becomes a daemon", daemon_of },
    { "double-fork", "outliving", "forks twice, so that its child has no parent", twice },
    { "blocked-signals", "outliving", "leaves a child that blocks all signals", blocking },
    { "held-output", "outliving", "leaves a child that holds its output open", holding_output },
    { "subreaper", "outliving", "collects its orphans before it ends", subreaper },
    { "sibling", "outliving", "makes a sibling by CLONE_PARENT", by_clone_parent },
    { "respawning", "outliving", "leaves a chain of processes that each start the next", respawning },
    { "other-program", "outliving", "leaves another program running", from_thread_death },
    { 0 },
};
