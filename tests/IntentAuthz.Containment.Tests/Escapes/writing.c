#include "attempts.h"

static int overwrites(void) { int fd = open(at(outside, "target"), O_WRONLY | O_TRUNC); return fd < 0 ? STOPPED : 0; }
static int appends_to(void) { return appends(at(outside, "target")); }
static int creates(void) { return makes(at(outside, "new")); }
static int makes_directory(void) { TRY(mkdir(at(outside, "newdir"), 0700)); return 0; }
static int removes(void) { TRY(unlink(at(outside, "target"))); return 0; }
static int removes_directory(void) { TRY(rmdir(at(outside, "emptydir"))); return 0; }
static int truncates(void) { TRY(truncate(at(outside, "target"), 0)); return 0; }
static int truncates_by_link(void) { TRY(symlink(at(outside, "target"), "t")); TRY(truncate("t", 0)); return 0; }
static int makes_symlink(void) { TRY(symlink("/", at(outside, "newlink"))); return 0; }
static int links_out(void) { if (makes("mine")) return EIO; TRY(link("mine", at(outside, "newhard"))); return 0; }
static int makes_fifo(void) { TRY(mkfifo(at(outside, "newfifo"), 0600)); return 0; }
static int makes_device_outside(void) { TRY(mknod(at(outside, "null"), S_IFCHR | 0600, 0x103)); return 0; }
static int makes_device(void) { TRY(mknod("null", S_IFCHR | 0600, 0x103)); return 0; }
static int makes_block_device(void) { struct stat s; TRY(mknod("disk", S_IFBLK | 0600, 0x700)); TRY(stat("disk", &s)); return 0; }
static int makes_socket_node(void) { TRY(mknod("sock", S_IFSOCK | 0600, 0)); return 0; }
static int moves_in(void) { TRY(rename(at(outside, "target"), "taken")); return 0; }
static int moves_out(void) { if (makes("mine")) return EIO; TRY(rename("mine", at(outside, "given"))); return 0; }
static int moves_outside(void) { TRY(rename(at(outside, "target"), at(outside, "moved"))); return 0; }
static int exchanges(void) { if (makes("mine")) return EIO; TRY(syscall(SYS_renameat2, AT_FDCWD, "mine", AT_FDCWD, at(outside, "target"), 2)); return 0; }
static int whiteout(void) { if (makes("mine")) return EIO; TRY(syscall(SYS_renameat2, AT_FDCWD, "mine", AT_FDCWD, "other", 4)); return 0; }
static int moves_workspace(void) { TRY(rename(workspace, at(outside, "ws2"))); return 0; }
static int temporary_file(void) { int fd = open(outside, O_TMPFILE | O_RDWR, 0600); return fd < 0 ? STOPPED : 0; }
static int temporary_linked_out(void) {
    int fd = open(workspace, O_TMPFILE | O_RDWR, 0600);
    if (fd < 0) return STOPPED;
    char path[64];
    sprintf(path, "/proc/self/fd/%d", fd);
    TRY(linkat(AT_FDCWD, path, AT_FDCWD, at(outside, "linked"), AT_SYMLINK_FOLLOW));
    return 0;
}
static int by_symlink(void) { TRY(symlink(at(outside, "target"), "w")); return appends("w"); }
static int creates_by_dangling_link(void) { TRY(symlink(at(outside, "dangling"), "d")); return makes("d"); }
static int by_proc_root(void) { char path[600]; snprintf(path, 600, "/proc/self/root%s/target", outside); return appends(path); }
static int by_victim_root(void) { char path[600]; snprintf(path, 600, "/proc/%d/root%s/target", victim, outside); return appends(path); }

static int changes_mode(void) { TRY(chmod(at(outside, "target"), 0777)); return 0; }
static int changes_mode_at(void) { TRY(fchmodat(AT_FDCWD, at(outside, "target"), 0666, 0)); return 0; }
static int changes_mode_by_link(void) { TRY(symlink(at(outside, "target"), "m")); TRY(chmod("m", 0777)); return 0; }
static int changes_mode_of_descriptor(void) {
    int fd = open(at(outside, "target"), O_PATH);
    if (fd < 0) return STOPPED;
    char path[64];
    sprintf(path, "/proc/self/fd/%d", fd);
    TRY(chmod(path, 0777));
    return 0;
}
static int changes_mode_2(void) { TRY(syscall(452, AT_FDCWD, at(outside, "target"), 0777, 0)); return 0; }
static int changes_owner(void) { TRY(chown(at(outside, "target"), 12345, 12345)); return 0; }
static int changes_group(void) { TRY(chown(at(outside, "target"), -1, getgid())); return 0; }
static int changes_link_owner(void) { TRY(lchown(at(outside, "link"), 12345, 12345)); return 0; }
static int gives_away(void) { if (makes("mine")) return EIO; TRY(chown("mine", 12345, 12345)); return 0; }
static int changes_times(void) { struct timespec t[2] = { { 1, 0 }, { 1, 0 } }; TRY(utimensat(AT_FDCWD, at(outside, "target"), t, 0)); return 0; }
static int changes_times_old(void) { struct utimbuf t = { 1, 1 }; TRY(utime(at(outside, "target"), &t)); return 0; }
static int sets_attribute(void) { TRY(setxattr(at(outside, "target"), "user.mine", "x", 1, 0)); return 0; }
static int removes_attribute(void) { TRY(removexattr(at(outside, "secret"), "user.note")); return 0; }
static int sets_trusted(void) { if (makes("mine")) return EIO; TRY(setxattr("mine", "trusted.mine", "x", 1, 0)); return 0; }
static int sets_capability(void) {
    if (makes("mine")) return EIO;
    uint32_t caps[5] = { 0x02000001, 1 << 21, 0, 0, 0 };
    TRY(setxattr("mine", "security.capability", caps, sizeof caps, 0));
    return 0;
}
static int sets_immutable(void) {
    int fd = open("mine", O_CREAT | O_RDWR, 0600), flags = 0x10, none = 0;
    TRY(ioctl(fd, _IOW('f', 2, long), &flags));
    ioctl(fd, _IOW('f', 2, long), &none);
    return 0;
}
static int locks(void) { int fd = open(at(outside, "target"), O_RDONLY); if (fd < 0) return STOPPED; TRY(flock(fd, LOCK_EX | LOCK_NB)); return 0; }
static int leases(void) { int fd = open(at(outside, "target"), O_RDONLY); if (fd < 0) return STOPPED; TRY(fcntl(fd, F_SETLEASE, F_RDLCK)); return 0; }
static int in_temporary(void) { int r = makes("/tmp/intentauthz-escape"); unlink("/tmp/intentauthz-escape"); return r; }
static int in_var_temporary(void) { int r = makes("/var/tmp/intentauthz-escape"); unlink("/var/tmp/intentauthz-escape"); return r; }
static int in_shared_memory(void) { int r = makes("/dev/shm/intentauthz-escape"); unlink("/dev/shm/intentauthz-escape"); return r; }
static int in_devices(void) { int r = makes("/dev/intentauthz-escape"); unlink("/dev/intentauthz-escape"); return r; }
static int in_root(void) { int r = makes("/intentauthz-escape"); unlink("/intentauthz-escape"); return r; }
static int in_run(void) { int r = makes("/run/intentauthz-escape"); unlink("/run/intentauthz-escape"); return r; }
static int in_programs(void) { int r = makes("/usr/local/intentauthz-escape"); unlink("/usr/local/intentauthz-escape"); return r; }
static int planted(const char *path) { struct stat s; return stat(path, &s) == 0 && (s.st_mode & S_ISUID) ? 0 : EACCES; }
static int plants_by_chmod(void) { if (makes("plant1")) return EIO; TRY(chmod("plant1", 04755)); return planted("plant1"); }
static int plants_by_descriptor(void) { if (makes("plant2")) return EIO; int fd = open("plant2", O_RDWR); TRY(fchmod(fd, 04755)); return planted("plant2"); }
static int plants_by_flags(void) { if (makes("plant3")) return EIO; TRY(syscall(452, AT_FDCWD, "plant3", 04755, 0)); return planted("plant3"); }
static int plants_when_made(void) { umask(0); TRY(open("plant4", O_CREAT | O_EXCL | O_RDWR, 04755)); return planted("plant4"); }
static int plants_by_openat2(void) {
    struct { uint64_t flags, mode, resolve; } how = { O_CREAT | O_EXCL | O_RDWR, 04755, 0 };
    umask(0);
    TRY(syscall(437, AT_FDCWD, "plant5", &how, sizeof how));
    return planted("plant5");
}
static int plants_by_node(void) { umask(0); TRY(mknod("plant6", S_IFREG | 04755, 0)); return planted("plant6"); }
static int plants_unnamed(void) {
    umask(0);
    int fd = open(".", O_TMPFILE | O_RDWR, 04755);
    TRY(fd);
    char path[40];
    snprintf(path, 40, "/proc/self/fd/%d", fd);
    TRY(linkat(AT_FDCWD, path, AT_FDCWD, "plant7", AT_SYMLINK_FOLLOW));
    return planted("plant7");
}
static int own_program(void) { TRY(chmod(self, 0700)); return 0; }

#define START_UP(id, file) static int id(void) { return appends(at(outside, "home/" file)); }
START_UP(bashrc, ".bashrc") START_UP(profile, ".profile") START_UP(bash_profile, ".bash_profile") START_UP(zshrc, ".zshrc")
START_UP(authorized_keys, ".ssh/authorized_keys") START_UP(gitconfig, ".gitconfig") START_UP(npmrc, ".npmrc") START_UP(autostart, ".config/autostart/x.desktop")
START_UP(crontab, "cron.d/x") START_UP(systemd, ".config/systemd/user/x.service") START_UP(vimrc, ".vimrc") START_UP(git_hook, "repo/.git/hooks/pre-commit")

const struct attempt writing[] = {
    { "overwrite", "writing", "opens a file outside for writing", overwrites },
    { "append", "writing", "appends to it", appends_to },
    { "create", "writing", "makes a file outside", creates },
    { "make-directory", "writing", "makes a directory outside", makes_directory },
    { "remove", "writing", "removes a file outside", removes },
    { "remove-directory", "writing", "removes a directory outside", removes_directory },
    { "truncate", "writing", "truncates it by its path", truncates },
    { "truncate-by-link", "writing", "truncates it by a symbolic link", truncates_by_link },
    { "make-symbolic-link", "writing", "makes a symbolic link outside", makes_symlink },
    { "link-out", "writing", "links a file of its own to a place outside", links_out },
    { "make-pipe", "writing", "makes a named pipe outside", makes_fifo },
    { "make-device-outside", "writing", "makes a device node outside", makes_device_outside },
    { "make-device", "writing", "makes a character device in the workspace", makes_device },
    { "make-block-device", "writing", "makes a block device in the workspace", makes_block_device },
    { "make-socket-node", "writing", "makes a socket node in the workspace", makes_socket_node },
    { "move-in", "writing", "moves a file from outside into the workspace", moves_in },
    { "move-out", "writing", "moves a file of its own to a place outside", moves_out },
    { "move-outside", "writing", "renames a file outside", moves_outside },
    { "exchange", "writing", "exchanges a file of its own with one outside", exchanges },
    { "whiteout", "writing", "renames with RENAME_WHITEOUT, which makes a device", whiteout },
    { "move-workspace", "writing", "moves the workspace itself", moves_workspace },
    { "temporary-file", "writing", "makes an unnamed file outside", temporary_file },
    { "temporary-file-linked-out", "writing", "links an unnamed file to a place outside", temporary_linked_out },
    { "write-by-symbolic-link", "writing", "appends to it by a symbolic link", by_symlink },
    { "create-by-dangling-link", "writing", "makes a file outside by a link to nothing", creates_by_dangling_link },
    { "write-proc-root", "writing", "appends to it below /proc/self/root", by_proc_root },
    { "write-victim-root", "writing", "appends to it below another process's root", by_victim_root },
    { "chmod", "writing", "changes the mode of a file outside", changes_mode },
    { "fchmodat", "writing", "changes it by fchmodat", changes_mode_at },
    { "fchmodat2", "writing", "changes it by fchmodat2", changes_mode_2 },
    { "chmod-by-link", "writing", "changes it by a symbolic link", changes_mode_by_link },
    { "chmod-of-descriptor", "writing", "changes it by an O_PATH descriptor", changes_mode_of_descriptor },
    { "chmod-of-program", "writing", "changes the mode of the program it runs", own_program },
    { "chown", "writing", "changes the owner of a file outside", changes_owner },
    { "chgrp", "writing", "sets the group of a file outside", changes_group },
    { "lchown", "writing", "changes the owner of a link outside", changes_link_owner },
    { "give-away", "writing", "gives a file of its own to another user", gives_away },
    { "utimensat", "writing", "changes the times of a file outside", changes_times },
    { "utime", "writing", "changes them by utime", changes_times_old },
    { "set-attribute", "writing", "sets an extended attribute outside", sets_attribute },
    { "remove-attribute", "writing", "removes an extended attribute outside", removes_attribute },
    { "set-trusted-attribute", "writing", "sets a trusted attribute in the workspace", sets_trusted },
    { "set-capability", "writing", "gives a file in the workspace a capability", sets_capability },
    { "set-immutable", "writing", "makes a file in the workspace immutable", sets_immutable },
    { "lock", "writing", "locks a file outside", locks },
    { "lease", "writing", "takes a lease of a file outside", leases },
    { "in-tmp", "writing", "makes a file in /tmp", in_temporary },
    { "in-var-tmp", "writing", "makes a file in /var/tmp", in_var_temporary },
    { "in-dev-shm", "writing", "makes a file in /dev/shm", in_shared_memory },
    { "in-dev", "writing", "makes a file in /dev", in_devices },
    { "in-root", "writing", "makes a file in /", in_root },
    { "in-run", "writing", "makes a file in /run", in_run },
    { "in-usr", "writing", "makes a file among the system's programs", in_programs },
    { "plant-set-user-id", "writing", "leaves a set-user-id file in the workspace", plants_by_chmod },
    { "plant-by-descriptor", "writing", "leaves one by fchmod", plants_by_descriptor },
    { "plant-by-fchmodat2", "writing", "leaves one by fchmodat2", plants_by_flags },
    { "plant-when-made", "writing", "makes a file that is one from the beginning", plants_when_made },
    { "plant-by-openat2", "writing", "makes one by openat2", plants_by_openat2 },
    { "plant-by-mknod", "writing", "makes one by mknod", plants_by_node },
    { "plant-unnamed", "writing", "makes one without a name and links it", plants_unnamed },
    { "start-up-bashrc", "start-up files", "appends to .bashrc", bashrc },
    { "start-up-profile", "start-up files", "appends to .profile", profile },
    { "start-up-bash-profile", "start-up files", "appends to .bash_profile", bash_profile },
    { "start-up-zshrc", "start-up files", "appends to .zshrc", zshrc },
    { "start-up-vimrc", "start-up files", "appends to .vimrc", vimrc },
    { "start-up-ssh-keys", "start-up files", "appends to .ssh/authorized_keys", authorized_keys },
    { "start-up-gitconfig", "start-up files", "appends to .gitconfig", gitconfig },
    { "start-up-npmrc", "start-up files", "appends to .npmrc", npmrc },
    { "start-up-desktop", "start-up files", "writes a desktop autostart entry", autostart },
    { "start-up-cron", "start-up files", "writes a cron table", crontab },
    { "start-up-systemd", "start-up files", "writes a user service", systemd },
    { "start-up-git-hook", "start-up files", "writes a hook of another repository", git_hook },
    { 0 },
};
