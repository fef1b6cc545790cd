// Attempts to get out of a containment, one for each run. Without containment each must succeed, or it shows nothing.
//   escapes <attempt> <workspace> <outside> <victim> <tcp port> <udp port> <tcp port at ::1> <ipc key>
//   escapes prepare …the same… <category>   makes what the attempts of a category are after
//   escapes forget …the same…     removes what outlives a directory
#include "attempts.h"

char *workspace, *outside, *self;
pid_t victim;
int tcp_port, udp_port, tcp6_port, ipc_key;

const char *at(const char *directory, const char *name) {
    static char paths[8][1024];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, 1024, "%s/%s", directory, name);
    return path;
}
int reads_descriptor(int descriptor) {
    char text[70000] = "";
    ssize_t n = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    return n < 0 ? STOPPED : memmem(text, n, SECRET, strlen(SECRET)) ? 0 : EIO;
}
int reads(const char *path) { int fd = open(path, O_RDONLY); return fd < 0 ? STOPPED : reads_descriptor(fd); }
int appends(const char *path) { int fd = open(path, O_WRONLY | O_APPEND); return fd < 0 ? STOPPED : write(fd, "x", 1) == 1 ? 0 : STOPPED; }
int makes(const char *path) { int fd = open(path, O_CREAT | O_WRONLY, 0600); return fd < 0 ? STOPPED : close(fd); }
int leaves_a_mark(void) { return makes(at(workspace, "mark")); }

static void put(const char *path, const char *text, int mode) {
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
    if (fd < 0 || write(fd, text, strlen(text)) < 0) { perror(path); exit(2); }
    close(fd);
    chmod(path, mode);
}
static void copy(const char *from, const char *to, int mode) {
    int in = open(from, O_RDONLY), out = open(to, O_CREAT | O_WRONLY | O_TRUNC, mode);
    static char buffer[1 << 20];
    for (ssize_t n; (n = read(in, buffer, sizeof buffer)) > 0;) if (write(out, buffer, n) != n) exit(2);
    close(out);
    chmod(to, mode);
}
static void prepare(const char *category) { // little is made that the category does not need: a thousand files take long to remove
    char path[1024], library[1024];
    umask(022);
    put(at(outside, "secret"), SECRET, 0644);
    put(at(outside, "target"), "target", 0644);
    setxattr(at(outside, "secret"), "user.note", "x", 1, 0);
    if (symlink("secret", at(outside, "link"))) {}
    int shares = !strcmp(category, "sharing");
    if (!strcmp(category, "writing")) mkdir(at(outside, "emptydir"), 0755);
    const char *directories[] = { "home", "home/.ssh", "home/.config", "home/.config/autostart", "home/.config/systemd", "home/.config/systemd/user", "home/cron.d", "home/repo", "home/repo/.git", "home/repo/.git/hooks" };
    int starts = !strcmp(category, "start-up files");
    for (size_t i = 0; starts && i < sizeof directories / sizeof *directories; i++) mkdir(at(outside, directories[i]), 0755);
    const char *files[] = { ".bashrc", ".profile", ".bash_profile", ".zshrc", ".ssh/authorized_keys", ".gitconfig", ".npmrc", ".config/autostart/x.desktop", "cron.d/x", ".config/systemd/user/x.service", ".vimrc", "repo/.git/hooks/pre-commit" };
    for (size_t i = 0; starts && i < sizeof files / sizeof *files; i++) { snprintf(path, sizeof path, "home/%s", files[i]); put(at(outside, path), "# mine\n", 0644); }
    if (!strcmp(category, "executing")) {
        copy(self, at(outside, "program"), 0755);
        snprintf(library, sizeof library, "%s.so", self);
        copy(library, at(outside, "library.so"), 0755);
        copy(library, at(workspace, "library.so"), 0755);
    }
    if (!shares) return;
    int id = shmget(ipc_key, 4096, IPC_CREAT | 0600);
    char *shared = shmat(id, NULL, 0);
    if (shared != (void *)-1) strcpy(shared, SECRET);
    msgget(ipc_key, IPC_CREAT | 0600);
    semget(ipc_key, 1, IPC_CREAT | 0600);
    snprintf(path, sizeof path, "/intentauthz-%d", ipc_key);
    mq_open(path, O_CREAT | O_RDWR, 0600, NULL);
    int fd = shm_open(path, O_CREAT | O_RDWR, 0600);
    if (write(fd, SECRET, strlen(SECRET)) < 0) {}
}
static void prepare_programs(void) { // once: beside the program itself
    char path[1024];
    snprintf(path, sizeof path, "%s.suid", self);
    copy(self, path, 0755);
    if (chown(path, 12345, 12345)) {}
    chmod(path, 04755);
    snprintf(path, sizeof path, "%s.caps", self);
    copy(self, path, 0755);
    uint32_t capabilities[5] = { 0x02000001, 1 << 21, 0, 0, 0 };
    setxattr(path, "security.capability", capabilities, sizeof capabilities, 0);
}
static void forget(void) {
    char name[64];
    shmctl(shmget(ipc_key, 0, 0), IPC_RMID, NULL);
    msgctl(msgget(ipc_key, 0), IPC_RMID, NULL);
    semctl(semget(ipc_key, 0, 0), 0, IPC_RMID);
    snprintf(name, sizeof name, "/intentauthz-%d", ipc_key);
    mq_unlink(name);
    shm_unlink(name);
}
static int is_capable(void) {
    uint32_t header[2] = { 0x20080522, 0 }, data[6] = { 0 };
    syscall(SYS_capget, header, data);
    return data[0] || data[3];
}

int main(int count, char **arguments) {
    static char own[1024];
    if (count < 2) return 2;
    if (!strcmp(arguments[1], "reached")) return 42;
    if (!strcmp(arguments[1], "other-user")) return geteuid() == 12345 ? 42 : EPERM;
    if (!strcmp(arguments[1], "capable")) return is_capable() ? 42 : EPERM;
    if (!strcmp(arguments[1], "mark-later")) { close(1); close(2); workspace = arguments[2]; for (int i = 0; i < 40; i++) { usleep(50000); leaves_a_mark(); } return 0; }
    if (count < 9) return 2;
    if (arguments[0][0] == '/') self = arguments[0];
    else { if (readlink("/proc/self/exe", own, sizeof own - 1) < 0) return 2; self = own; }
    workspace = arguments[2];
    outside = arguments[3];
    victim = atoi(arguments[4]);
    tcp_port = atoi(arguments[5]);
    udp_port = atoi(arguments[6]);
    tcp6_port = atoi(arguments[7]);
    ipc_key = atoi(arguments[8]);
    if (!strcmp(arguments[1], "prepare")) { prepare(arguments[9]); return 0; }
    if (!strcmp(arguments[1], "prepare-programs")) { prepare_programs(); return 0; }
    if (!strcmp(arguments[1], "forget")) { forget(); return 0; }
    const struct attempt *all[] = { reading, writing, executing, processes, privileges, network, sharing, resources, outliving };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        for (const struct attempt *a = all[i]; a->name; a++) {
            if (!strcmp(a->name, arguments[1])) {
                int result = a->run();
                fprintf(stderr, "%s\n", result ? strerrorname_np(result) ? strerrorname_np(result) : "stopped" : "out");
                return result;
            }
        }
    }
    return 2;
}
