// Shared by the attempts. An attempt returns 0 when it got out, else the error that stopped it.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/io_uring.h>
#include <linux/memfd.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <linux/vm_sockets.h>
#include <mqueue.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <sched.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#define SECRET "s3cret-outside"
#define STOPPED (errno ? errno : EIO)
#define TRY(call) do { errno = 0; if ((call) < 0) return STOPPED; } while (0)

// Where things are; set from the arguments.
extern char *workspace, *outside, *self;
extern pid_t victim;
extern int tcp_port, udp_port, tcp6_port, ipc_key;

struct attempt { const char *name, *category, *what; int (*run)(void); };
extern const struct attempt reading[], writing[], executing[], processes[], privileges[], network[], sharing[], resources[], outliving[];

const char *at(const char *directory, const char *name); // a path, in one of many buffers
int reads(const char *path);                             // 0 when the secret is in the file
int reads_descriptor(int descriptor);
int appends(const char *path);
int makes(const char *path);
int leaves_a_mark(void);                                 // a file in the workspace that the host looks for
