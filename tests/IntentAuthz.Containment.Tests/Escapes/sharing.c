#include "attempts.h"

// A second way for a secret to leave: what processes share by a name.
static int memory(void) { int id = shmget(ipc_key, 0, 0); if (id < 0) return STOPPED; char *p = shmat(id, NULL, SHM_RDONLY); return p == (void *)-1 ? STOPPED : strcmp(p, SECRET) ? EIO : 0; }
static int memory_by_number(void) { struct shmid_ds s; for (int i = 0; i < 64; i++) if (shmctl(i, 13 /* SHM_STAT */, &s) >= 0) return 0; return STOPPED; }
static int memory_write(void) { int id = shmget(ipc_key, 0, 0); if (id < 0) return STOPPED; return shmat(id, NULL, 0) == (void *)-1 ? STOPPED : 0; }
static int queue(void) { TRY(msgget(ipc_key, 0)); return 0; }
static int queue_send(void) { int id = msgget(ipc_key, 0); if (id < 0) return STOPPED; struct { long t; char b[8]; } m = { 1, "x" }; TRY(msgsnd(id, &m, 8, IPC_NOWAIT)); msgrcv(id, &m, 8, 1, IPC_NOWAIT); return 0; }
static int semaphore(void) { int id = semget(ipc_key, 0, 0); if (id < 0) return STOPPED; TRY(semctl(id, 0, GETVAL)); return 0; }
static int posix_queue(void) { char n[64]; sprintf(n, "/intentauthz-%d", ipc_key); return mq_open(n, O_RDWR) < 0 ? STOPPED : 0; }
static int posix_memory(void) { char n[64]; sprintf(n, "/intentauthz-%d", ipc_key); int fd = shm_open(n, O_RDONLY, 0); return fd < 0 ? STOPPED : reads_descriptor(fd); }
static int posix_memory_write(void) { char n[64]; sprintf(n, "/intentauthz-%d", ipc_key); return shm_open(n, O_RDWR, 0) < 0 ? STOPPED : 0; }
static int posix_memory_list(void) { return opendir("/dev/shm") ? 0 : STOPPED; }
static int queues_list(void) { return open("/proc/sysvipc/shm", O_RDONLY) < 0 ? STOPPED : 0; }
static int sockets_list(void) { FILE *f = fopen("/proc/net/unix", "r"); if (!f) return STOPPED; char line[600]; int n = 0; while (fgets(line, 600, f)) n++; return n > 1 ? 0 : EIO; }
static int connections_list(void) { char line[600], port[16]; sprintf(port, ":%04X ", tcp_port); FILE *f = fopen("/proc/self/net/tcp", "r"); if (!f) return STOPPED; while (fgets(line, 600, f)) if (strstr(line, port)) return 0; return EIO; }
static int mounts_list(void) { FILE *f = fopen("/proc/self/mountinfo", "r"); if (!f) return STOPPED; char line[2000]; while (fgets(line, 2000, f)) if (strstr(line, " / /sys ") || strstr(line, " /sys ")) return 0; return ENOENT; }

const struct attempt sharing[] = {
    { "shared-memory", "sharing", "reads the host's System V shared memory", memory },
    { "shared-memory-by-number", "sharing", "finds shared memory by its number", memory_by_number },
    { "shared-memory-write", "sharing", "attaches it for writing", memory_write },
    { "message-queue", "sharing", "finds the host's message queue", queue },
    { "message-queue-send", "sharing", "sends to it", queue_send },
    { "semaphore", "sharing", "reads the host's semaphore", semaphore },
    { "posix-queue", "sharing", "opens the host's POSIX message queue", posix_queue },
    { "posix-memory", "sharing", "reads the host's POSIX shared memory", posix_memory },
    { "posix-memory-write", "sharing", "opens it for writing", posix_memory_write },
    { "posix-memory-list", "sharing", "lists POSIX shared memory", posix_memory_list },
    { "shared-memory-list", "sharing", "reads the list of shared memory", queues_list },
    { "unix-socket-list", "sharing", "reads the list of the host's Unix sockets", sockets_list },
    { "connection-list", "sharing", "reads the list of the host's connections", connections_list },
    { "mount-list", "sharing", "reads the list of the host's mounts", mounts_list },
    { 0 },
};
