namespace IntentAuthz.Containment;

/// <summary>Programs that say something about the machine, and those that change it.</summary>
internal static class SystemPrograms
{
    public const string Declarations = """
        # procps-ng 4, coreutils, util-linux: what is running and what there is
        program ps
          always read:/proc read:/sys
          flags -aAdefFgGjlLmMNrTvwxXyZzcHhOVnSuUtpCqks --deselect --forest --headers --no-headers --info --context --cumulative --everyone
          text --pid --ppid --quick-pid --user --User --group --Group --tty --sid --sort --format --cols --columns --rows --lines --width --signames
          text -o
          operands text*
        program top htop
          always read:/proc read:/sys
          flags -bcHiSsehv1EO
          text -dnpuUow
          operands text*
        program free
          gnu
          always read:/proc read:/sys
          flags -bkmghltwvLV --bytes --kilo --mega --giga --tera --peta --kibi --mebi --gibi --tebi --pebi --human --si --lohi --line --total --wide --committed
          text -sc --seconds --count
          operands text
        program uptime
          gnu
          always read:/proc read:/sys
          flags -psVhcr --pretty --since --container --raw
          operands text
        program vmstat
          gnu
          always read:/proc read:/sys
          flags -afmnsDdwtyVh --active --forks --slabs --one-header --stats --disk-sum --disk --wide --timestamp --no-first
          text -pS --partition --unit
          operands text*
        program pidof
          always read:/proc write:/dev/console
          flags -cnqsxzwhV
          text -o -S -d -t
          operands text*
        program pgrep
          always read:/proc read:/sys
          flags -clavwxnofiLqh --count --list-name --list-full --inverse --exact --newest --oldest --full --ignore-case --env
          text -dgGPstuUOr --delimiter --pgroup --group --parent --session --terminal --euid --uid
          operands text*
        program pwdx pmap pstree
          always read:/proc read:/sys
          flags -aAclnpuxXdqVhgs
          operands text*
        program uname
          gnu
          flags -asnrvmpio --all --kernel-name --nodename --kernel-release --kernel-version --machine --processor --hardware-platform --operating-system --sysname --release
          operands text
        program arch nproc hostid logname whoami tty users
          gnu
          flags -s --all --silent --quiet
          text --ignore
          operands path
        program id
          gnu
          flags -agGnruzZ --context --group --groups --name --real --user --zero
          operands text*
        program groups
          gnu
          operands text*
        program who w last lastlog
          always read:/proc read:/var/run/utmp read:/run/utmp read:/var/log/wtmp read:/var/log/lastlog
          flags -abdHlmpqrstTuwhifoVRxF --all --boot --heading --count
          text -n
          operands path*
        program hostname
          closed
          # The name servers are asked for its own name.
          flags anyhost -adfAi --alias --domain --fqdn --long --all-fqdns --ip-address
          flags -IsyhV --all-ip-addresses --short --yp --nis --help --version
          instructions -Fb --file
          operands privilege
        program dnsdomainname domainname
          always anyhost
          flags -hV --help --version
          operands privilege
        program date
          gnu
          flags -Ru --debug --rfc-email --utc --universal --resolution
          text -d --date --rfc-3339
          text? -I --iso-8601
          read -f --file
          path -r --reference
          privilege -s --set
          operands clock
        program sleep usleep
          gnu
          operands text*
        program true false : clear
          closed
          flags -VTx
          operands text*
        program printenv
          gnu
          flags -0 --null
          operands text*
        program locale
          always read:/usr/share/i18n read:/usr/lib/locale
          flags run:gzip_-d_-c -m --charmaps
          flags -akcV --all-locales --category-name --keyword-name --verbose --version --help
          operands text*
        program getent
          flags -iV --no-idn --version --help
          text -s --service
          always read:/etc
          operands text text*
          sub hosts ahosts ahostsv4 ahostsv6
            operands host*
        program getconf
          flags -a
          operands text path
        program tput
          flags -VSx
          terminal -T
          operands text*
        program stty
          flags -ag --all --save
          path -F --file
          operands text*
        program lscpu lsmem lsusb lspci lsmod lshw dmidecode lsns lsipc
          always read:/proc read:/sys
          flags -aAbBceEhJknpPrsStvVxy --all --json --online --offline --extended --parse --summary --verbose --bytes
          operands text*
        program lsof
          always read:/proc read:/sys
          flags -abhilnNOPRtUvVwX
          text -cdgpsuT
          operands text*
        program dmesg
          flags -dehHiJkLPrSTtuwWxpV --human --kernel --decode --notime --reltime --ctime --json
          flags privilege:clears_the_kernel_log -cCDE --clear --read-clear --console-off --console-on
          text -lfns --level --facility --time-format --since --until
          always read:/dev/kmsg
        program journalctl
          foreign
          operands text*
        program ulimit umask cd pwd
          closed
          flags -SHacdflmnpqrstuvxLP
          operands text*
        program dircolors
          gnu
          flags -bcp --sh --bourne-shell --csh --c-shell --print-database --print-ls-colors
          operands read
        program uuidgen mcookie
          flags -rtmsx --random --time --md5 --sha1 --hex
          text -nN --namespace --name
          operands text*
        program iostat mpstat sar pidstat
          always read:/proc read:/sys
          foreign
          operands text*

        # What changes processes, accounts, mounts or the machine
        program kill
          posix
          flags -lL --list --table
          text -sqn --signal --queue
          flags -0123456789ABCEFGHIJKMNOPRSTUVWXYZ
          always privilege:sends_a_signal
          operands text*
        program pkill killall
          always privilege:sends_signals_to_processes read:/proc read:/sys
          flags -fxnovileqrwIVZa0123456789ABCDEFGHJKLMNOPQRSTUWXY --full --exact --newest --oldest --ignore-case --echo --wait --verbose --quiet --regexp --inverse
          text -cdgsuty --signal --user --parent --terminal --pgroup --session --euid --uid
          operands text*
        program skill snice renice killall5 fuser
          always privilege:changes_processes
          foreign
          operands text*
        program mount umount losetup swapon swapoff pivot_root mkfs mkfs.ext4 mkfs.xfs mkfs.vfat mkswap fsck e2fsck fdisk sfdisk parted cryptsetup zpool zfs lvm pvcreate lvcreate vgcreate mdadm dmsetup fstrim blockdev hdparm fusermount fusermount3 sshfs
          always privilege:changes_mounts_or_devices
          exits --version -V --help -h
          foreign
          operands path*
        program insmod rmmod modprobe depmod kexec sysctl setenforce dmesg-clear
          always privilege:changes_the_kernel
          foreign
          operands path*
        program useradd userdel usermod groupadd groupdel groupmod adduser deluser addgroup delgroup passwd chpasswd newusers vipw vigr visudo chage gpasswd chsh chfn newgrp sg
          always privilege:changes_accounts write:/etc
          foreign
          operands text*
        program systemctl service initctl telinit init shutdown reboot halt poweroff loginctl hostnamectl timedatectl localectl machinectl update-rc.d chkconfig rc-service launchctl
          always privilege:changes_services_or_the_machine
          exits --version --help
          foreign
          operands text*
        program crontab at batch atd anacron cron
          always privilege:leaves_a_job_behind
          foreign
          operands read*
        program atq atrm
          always privilege:changes_jobs
          operands text*
        program setcap getcap setfacl setfattr chattr chcon restorecon
          always privilege:changes_rights_of_files
          foreign
          operands write*
        program hwclock ntpdate chronyc adjtimex
          always privilege:changes_the_clock
          foreign
          operands text*
        program logger wall write mesg talk
          always privilege:speaks_to_others_on_the_machine
          foreign
          operands text*
        program ldconfig update-alternatives update-ca-certificates locale-gen update-initramfs update-grub grub-install debconf-set-selections
          always privilege:changes_the_system write:/etc write:/usr write:/var write:/boot
          foreign
          operands text*
        program ldd
          foreign
          operands read*
        program tmux screen byobu zellij
          exits -V -v --version
          always privilege:leaves_a_process_behind
          foreign
          operands text*
        """;
}
