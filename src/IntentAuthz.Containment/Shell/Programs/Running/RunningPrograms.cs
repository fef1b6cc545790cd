namespace IntentAuthz.Containment;

/// <summary>Programs that run the command they are given.</summary>
internal static class RunningPrograms
{
    public const string Declarations = """
        # GNU coreutils 9.1 to 9.7
        program nice
          gnu
          flags -0123456789
          text -n --adjustment
          command
        program nohup
          gnu
          always write:nohup.out
          command
        program timeout
          gnu
          flags -fpv --foreground --preserve-status --verbose
          text -ks --kill-after --signal
          command text
        program stdbuf
          gnu
          text -ioe --input --output --error
          command
        program chroot
          foreign
          always privilege:changes_the_root
          text --groups --userspec
          flags --skip-chdir
          command path or shell
        # util-linux 2.38
        program setsid
          gnu
          flags -cfwVh --ctty --fork --wait
          command
        program ionice
          gnu
          flags -thV --ignore
          text -cnpPu --class --classdata --pid --pgid --uid
          command
        program taskset
          gnu
          flags -apchV --all-tasks --pid --cpu-list
          command text
        program chrt
          gnu
          flags -abdfiomprRvhV --all-tasks --batch --deadline --fifo --idle --max --other --pid --rr --reset-on-fork --verbose
          text -TPD --sched-runtime --sched-period --sched-deadline
          always privilege:changes_scheduling
          command text
        program unshare
          always privilege:makes_namespaces
          flags -muincpUCTfrVh --fork --map-root-user --map-current-user --map-auto --keep-caps --help --version
          text? --mount --uts --ipc --net --pid --user --cgroup --time --mount-proc --kill-child
          text --propagation --setgroups --map-user --map-group --map-users --map-groups -SG --setuid --setgid --monotonic --boottime
          in -w --wd
          opaque -R --root
          command or shell
        program nsenter
          always privilege:enters_namespaces
          foreign
          command or shell
        program setpriv
          gnu
          always privilege:changes_its_rights
          flags -dhV --dump --nnp --no-new-privs --clear-groups --keep-groups --init-groups --reset-env --list-caps
          text --ambient-caps --inh-caps --bounding-set --ruid --euid --rgid --egid --reuid --regid --groups --securebits --pdeathsig --selinux-label --apparmor-profile
          command
        program prlimit
          always privilege:changes_limits
          text? -cdefilmnqrstuvxy --core --data --nice --fsize --sigpending --memlock --rss --nofile --msgqueue --rtprio --stack --cpu --nproc --as --locks --rttime
          text -po --pid --output
          flags -hV --noheadings --raw --verbose --help --version
          command
        program numactl
          flags -sHlay --show --hardware --localalloc --all --balancing
          text -NCmipP --cpunodebind --physcpubind --membind --interleave --preferred --preferred-many
          command
        program time gtime
          flags -apvqV --append --portability --verbose --quiet --version --help
          text -f --format
          write -o --output
          command
        program strace
          flags -cCdDfFhiknNqrtTvVwxyYzZ --follow-forks --summary-only --summary --instruction-pointer --stack-traces --no-abbrev --decode-fds --decode-pids --help --version
          text -abeIOPsSUX --trace --string-limit --signal --status --abbrev --verbose --raw --read --write --inject --fault --summary-sort-by --columns --trace-path
          variable -E --env
          privilege -pu --attach --user
          tracing -o --output
          always privilege:traces_processes
          command
        program ltrace uftrace truss dtruss
          always privilege:traces_processes
          foreign
          command
        program tini dumb-init catatonit
          flags -svgcwh --single-child
          text -pre
          command
        program gosu su-exec chpst setuidgid
          always privilege:changes_the_user
          command text
        program runuser pkexec machinectl-shell run0
          always privilege:changes_the_user
          foreign
          command
        program capsh bwrap firejail systemd-run systemd-nspawn start-stop-daemon daemonize runcon sandbox-exec toolbox distrobox
          always privilege:changes_rights_or_leaves_a_process_behind
          foreign
          command
        program dbus-run-session dbus-launch xvfb-run fakeroot eatmydata unbuffer entr watchexec nodemon catchsegv proot faketime torify
          foreign
          command
        program setarch linux32 linux64 i386 x86_64
          foreign
          operands text*
        program parallel sem rush pexec run-parts direnv dtach abduco nix-run concurrently foreman overmind hivemind supervisorctl supervisord pm2 forever
          foreign
          operands text*
        program script scriptreplay asciinema ttyrec expect-lite
          foreign
          shell -c --command
          operands write or typescript
        program fish csh tcsh nu elvish xonsh rc es
          exits --version -v
          foreign
          operands read text*
        """;
}
