namespace IntentAuthz.Containment;

/// <summary>Programs that list, copy, move, make and remove files, and change what is recorded of them.</summary>
internal static class FilePrograms
{
    public const string Declarations = """
        # GNU coreutils 9.1 to 9.7
        program ls dir vdir
          gnu
          flags -aAbBcCdDfFgGhHiklLmnNopqQrRsStuUvxXZ1 --all --almost-all --author --escape --ignore-backups --directory --dired --file-type
          flags --full-time --group-directories-first --no-group --human-readable --si --dereference-command-line
          flags --dereference-command-line-symlink-to-dir --inode --kibibytes --dereference --numeric-uid-gid --literal
          flags --hide-control-chars --show-control-chars --quote-name --reverse --recursive --size --context --zero
          text -ITw --block-size --format --hide --indicator-style --ignore --quoting-style --sort --time --time-style --tabsize --width
          text? --color --classify --hyperlink
          operands path* or .
        program cp
          gnu
          # The old file gets another name.
          flags opaque -b
          opaque -S --suffix
          opaque? --backup
          flags -adHiLnPpRrTuvxZ --archive --attributes-only --copy-contents --no-dereference --interactive --dereference
          flags -f --force --remove-destination => path* replace
          # What is written to a link is written elsewhere.
          flags opaque -ls --link --symbolic-link
          flags --no-clobber --parents --recursive --strip-trailing-slashes --no-target-directory
          flags --verbose --one-file-system --debug --keep-directory-symlink
          text? --preserve --reflink --context --update
          text --no-preserve --sparse
          replace -t --target-directory => path*
          operands path* write
        program mv
          gnu
          # The old file gets another name.
          flags opaque -b
          opaque -S --suffix
          opaque? --backup
          flags -finTuvZ --force --interactive --no-clobber --strip-trailing-slashes --no-target-directory --verbose --context --no-copy --debug --exchange
          text? --update
          write -t --target-directory => move*
          operands move* write
        program rm
          gnu
          flags -fiIrRdv --force --one-file-system --no-preserve-root --recursive --dir --verbose
          text? --interactive --preserve-root
          operands delete*
        program unlink
          gnu
          operands delete
        program rmdir
          gnu
          flags -pv --ignore-fail-on-non-empty --parents --verbose
          operands delete*
        program shred
          gnu
          flags -fvxz --force --verbose --exact --zero
          # It is given other names before it goes.
          flags opaque -u --remove
          text -ns --iterations --size
          read --random-source
          operands change*
        program mkdir
          gnu
          flags -pvZ --parents --verbose
          mode -m --mode
          text? --context
          operands write*
        program mkfifo
          gnu
          flags -Z
          mode -m --mode
          text? --context
          operands write*
        program mknod
          gnu
          flags -Z
          mode -m --mode
          text? --context
          always privilege:makes_a_device
          operands write text*
        program touch
          gnu
          flags -acfhm --no-create --no-dereference
          text -dt --date --time
          read -r --reference
          operands write*
        program truncate
          gnu
          flags -co --no-create --io-blocks
          text -s --size
          read -r --reference
          operands write*
        program ln
          gnu
          # The old file gets another name.
          flags opaque -b
          opaque -S --suffix
          opaque? --backup
          flags -dfFiLnPrsTv --directory --force --interactive --logical --no-dereference --physical --relative --symbolic
          flags --no-target-directory --verbose
          link -t --target-directory => path*
          operands path* link
        program link
          gnu
          operands path link
        program install ginstall
          gnu
          # The old file gets another name.
          flags opaque -b
          opaque -S --suffix
          opaque? --backup
          flags -cCpTvZ --compare --preserve-timestamps --no-target-directory --verbose --preserve-context --debug
          # strip makes a file of a random name beside what was installed.
          flags opaque -s --strip
          run --strip-program
          flags -d --directory => write*
          flags -D
          text? --context
          mode -m --mode
          privilege -og --owner --group
          replace -t --target-directory => path*
          operands path* replace
        program chown
          gnu
          flags -cfvhRHLP --changes --silent --quiet --verbose --dereference --no-dereference --no-preserve-root --preserve-root --recursive
          text --from
          read --reference => write*
          always privilege:changes_the_owner_of_files
          operands text write*
        program chgrp
          gnu
          flags -cfvhRHLP --changes --silent --quiet --verbose --dereference --no-dereference --no-preserve-root --preserve-root --recursive
          text --from
          read --reference => write*
          always privilege:changes_the_group_of_files
          operands text write*
        program stat
          gnu
          flags -Lft --dereference --file-system --terse
          text -c --format --printf --cached
          operands path*
        program readlink
          gnu
          flags -femnqsvz --canonicalize --canonicalize-existing --canonicalize-missing --no-newline --quiet --silent --verbose --zero
          operands path*
        program realpath
          gnu
          flags -eEmLPqsz --canonicalize --canonicalize-existing --canonicalize-missing --logical --physical --quiet --strip --no-symlinks --zero
          path --relative-to --relative-base
          operands path*
        program basename
          gnu
          flags -az --multiple --zero
          text -s --suffix
          operands text*
        program dirname
          gnu
          flags -z --zero
          operands text*
        program pathchk
          gnu
          flags -pP --portability
          operands path*
        program df
          gnu
          flags -ahHiklPTv --all --human-readable --si --inodes --local --no-sync --portability --sync --total --print-type
          text -Btx --block-size --type --exclude-type
          text? --output
          operands path*
        program du
          gnu
          flags -0abcDHhkLlmPSsx --null --all --apparent-size --bytes --total --dereference-args --human-readable --inodes --dereference
          flags --count-links --no-dereference --separate-dirs --si --summarize --one-file-system
          text -Bdt --block-size --max-depth --threshold --time-style --exclude
          text? --time
          read -X --exclude-from
          instructions --files0-from
          operands path* or .
        program sync
          gnu
          flags -df --data --file-system
          operands path*
        # chattr and lsattr of e2fsprogs, the access lists of acl
        program lsattr
          flags -RVadlpv
          operands path* or .
        program getfacl
          flags -acdeEsRLPtnp --access --default --omit-header --all-effective --no-effective --skip-base --recursive --logical --physical --tabular --numeric --absolute-names
          operands path*
        program tree
          flags -adlfxRpsugDFqNQriAStUcCnXJhv --noreport --dirsfirst --filesfirst --inodes --device --si --du --prune --gitignore --matchdirs --ignore-case
          flags --metafirst --fromfile --fromtabfile --nolinks --hintro --houtro --info --caseinsensitive --opt-toggle --unix
          text -LPIHT --filelimit --charset --timefmt --sort
          text? --compress
          read --gitfile --infofile
          write -o
          exits --version --help
          operands path* or .
        program file
          flags -bcdEhikLlnNprsSvzZ0 --brief --checking-printout --debug --extension --no-dereference --mime --mime-type --mime-encoding
          flags --keep-going --dereference --list --no-buffer --no-pad --preserve-date --raw --special-files --version --uncompress
          flags --uncompress-noreport --print0 --apple --no-sandbox --help
          text -eFP --exclude --exclude-quiet --separator --parameter
          read -m --magic-file
          instructions -f --files-from
          flags write:. -C --compile
          operands path*
        program locate mlocate plocate
          flags -bcieLPqwrAEN0 --basename --count --ignore-case --existing --null --quiet --wholename --regex --all
          text -ln --limit --regexp
          read -d --database
          always read:/var/lib/mlocate read:/var/lib/plocate read:/var/cache/locate
          operands text*
        program which
          closed
          flags -as
          operands text*
        program whereis
          closed
          always read:/bin read:/sbin read:/lib read:/lib32 read:/lib64 read:/usr read:/etc read:/opt read:/var
          flags -bmsuglf
          operands text*
        program mountpoint
          gnu
          flags -qdxV --quiet --fs-devno --devno --nofollow
          operands path
        program findmnt lsblk blkid
          flags -aAbcdDefhiJklnNOPprRsSTuUvVxyz --all --bytes --json --list --noheadings --pairs --raw --tree --df --evaluate --real --paths --fs
          text -o --output -t --types
          operands path*
        program namei
          flags -hVxmolvn --help --version --mountpoints --modes --owners --long --vertical --nosymlinks --context
          operands path*
        program rename prename file-rename
          foreign
          operands text move*
        """;
}
