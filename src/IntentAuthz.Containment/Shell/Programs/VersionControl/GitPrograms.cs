namespace IntentAuthz.Containment;

/// <summary>
/// git 2.39 to 2.50. Settings of the user and of the repository can name programs too; they are read as part of the environment
/// (docs/decisions/0146). Hooks are code that is named or opaque, an editor is opaque, and so is a subcommand that is not here: it may be an alias.
/// </summary>
internal static class GitPrograms
{
    private const string Diff = """
            flags -pusaBCDMRWbwz0123456789 --patch --no-patch --raw --patch-with-raw --indent-heuristic --no-indent-heuristic --minimal --patience --histogram --patch-with-stat --compact-summary
            flags --numstat --shortstat --summary --name-only --name-status --no-color --no-color-moved --no-renames --rename-empty --no-rename-empty --check --full-index --binary
            flags --find-copies-harder --irreversible-delete --pickaxe-all --pickaxe-regex --text --ignore-cr-at-eol --ignore-space-at-eol --ignore-space-change --ignore-all-space
            flags --ignore-blank-lines --function-context --exit-code --quiet --no-ext-diff --no-textconv --no-prefix --default-prefix --cumulative --no-relative --ita-invisible-in-index --combined-all-paths --cc -c -m --no-diff-merges
            flags opaque --ext-diff --textconv
            read -O
            text -SGUl --diff-algorithm --anchored --inter-hunk-context --diff-filter --src-prefix --dst-prefix --line-prefix --ws-error-highlight --output-indicator-new --output-indicator-old --find-object --rotate-to --skip-to --diff-merges --max-depth
            text? --unified --stat --dirstat --dirstat-by-file --color --color-moved --color-moved-ws --word-diff --word-diff-regex --color-words --abbrev --break-rewrites --find-renames --find-copies --submodule --ignore-submodules --relative --ignore-matching-lines -I -X
            write --output
        """;

    private const string Log = """
            flags -gEFPi --oneline --all --no-merges --merges --graph --no-graph --reverse --follow --no-decorate --first-parent --full-history --simplify-merges --simplify-by-decoration --no-walk --topo-order
            flags --date-order --author-date-order --no-abbrev-commit --abbrev-commit --walk-reflogs --log-size --source --left-right --cherry --cherry-pick --cherry-mark --left-only --right-only --boundary --parents
            flags --children --regexp-ignore-case --basic-regexp --extended-regexp --fixed-strings --perl-regexp --invert-grep --all-match --no-notes --show-pulls --dense --sparse --ancestry-path --no-mailmap --mailmap --use-mailmap
            flags --relative-date --clear-decorations --not --alternate-refs --bisect --reflog --ignore-missing --remove-empty --no-expand-tabs --no-standard-notes --merge --stdin
            flags run:gpg --show-signature
            text -nL --max-count --skip --since --after --until --before --author --committer --grep --grep-reflog --date --min-parents --max-parents --encoding --decorate-refs --decorate-refs-exclude --since-as-filter --exclude --glob --exclude-hidden
            text? --branches --tags --remotes --decorate --notes --show-notes --expand-tabs --show-linear-break
            gitformat? --pretty
            gitformat --format
        """;

    public const string Declarations = $"""
        program git
          always read:~/.gitconfig read:~/.config/git
          exits --version -v --exec-path --html-path --man-path --info-path
          flags --no-pager --no-replace-objects --no-lazy-fetch --no-optional-locks --no-advice --bare --literal-pathspecs --glob-pathspecs --noglob-pathspecs --icase-pathspecs -P
          flags opaque -p --paginate --help -h
          in -C
          gitsetting -c
          text --namespace --list-cmds
          # The settings and hooks of another repository than the one that is told.
          opaque --git-dir --work-tree
          opaque --exec-path --config-env --super-prefix --attr-source
          sub status
            always read:^. read:^.git write:^.git/index write:^.git/index.lock delete:^.git/index.lock
            flags -sbvz --short --branch --no-branch --show-stash --no-ahead-behind --ahead-behind --long --verbose --renames --no-renames
            text? -u --untracked-files --porcelain --ignored --ignore-submodules --column --no-column --find-renames
            operands gitpath*
          sub diff
            always read:^. read:^.git write:^.git/index write:^.git/index.lock delete:^.git/index.lock
            {Diff}
            flags --cached --staged --merge-base --base --ours --theirs
            flags --no-index => path*
            operands gitpath*
          sub log whatchanged
            always read:^. read:^.git
            {Diff}
            {Log}
            operands gitpath*
          sub shortlog
            always read:^.git
            flags -sneco --summary --numbered --email --committer --all --no-merges
            text --since --until --author
            text? -w --group
            gitformat --format
            operands gitpath*
          sub show
            always read:^. read:^.git
            {Diff}
            {Log}
            operands gitpath*
          sub rev-list
            always read:^.git
            {Log}
            flags --count --objects --header --timestamp --quiet --objects-edge --use-bitmap-index --disk-usage --no-commit-header --commit-header
            text --filter --missing
            operands gitpath*
          sub diff-tree diff-files diff-index
            always read:^. read:^.git
            {Diff}
            flags -rtqv --root --cached --no-commit-id --always --merge-base --stdin
            gitformat? --pretty
            gitformat --format
            operands gitpath*
          sub blame annotate
            always read:^. read:^.git
            flags -bcefklnpstw --root --show-stats --porcelain --line-porcelain --incremental --show-email --show-name --show-number --progress --no-progress --color-lines --color-by-age --minimal
            text -L --date --encoding --since --ignore-rev --abbrev
            text? -M -C
            read -S --ignore-revs-file --contents
            operands gitpath*
          sub ls-files
            always read:^. read:^.git
            flags -cdmoistkuzvfr --cached --deleted --modified --others --ignored --stage --killed --unmerged --directory --no-empty-directory --eol --deduplicate --exclude-standard --error-unmatch --full-name --recurse-submodules --sparse --debug
            text -x --exclude --with-tree --format --exclude-per-directory
            text? --abbrev
            read -X --exclude-from
            operands gitpath*
          sub ls-tree
            always read:^.git
            flags -drtlz --long --name-only --name-status --object-only --full-name --full-tree
            text --format
            text? --abbrev
            operands gitpath*
          sub cat-file
            always read:^.git
            flags -etsp --batch-all-objects --buffer --follow-symlinks --unordered --allow-unknown-type --mailmap --use-mailmap -z -Z
            flags opaque --textconv --filters
            text --path
            text? --batch --batch-check --batch-command
            operands text*
          sub grep
            always read:^. read:^.git
            flags -aIiwvhHEGPFnlLzocpWqr --cached --untracked --no-index --text --ignore-case --word-regexp --invert-match --full-name --extended-regexp --basic-regexp --perl-regexp --fixed-strings --line-number --column --files-with-matches --name-only --files-without-match --null --only-matching --count --no-color --break --heading --show-function --function-context --recurse-submodules --exclude-standard --no-exclude-standard --and --or --not --all-match --quiet --recursive --no-recursive -0123456789
            text -eABCm --after-context --before-context --context --max-depth --threads --max-count
            text? --color
            read -f
            flags opaque --textconv
            opaque? -O --open-files-in-pager
            operands gitpath*
          sub rev-parse
            always read:^.git
            flags --show-toplevel --git-dir --absolute-git-dir --git-common-dir --is-inside-work-tree --is-inside-git-dir --is-bare-repository --show-prefix --show-cdup --verify --quiet -q --sq --all --symbolic --symbolic-full-name --is-shallow-repository --local-env-vars --revs-only --no-revs --flags --no-flags --show-superproject-working-tree
            text --git-path --default --prefix --since --until --path-format --show-object-format
            text? --short --abbrev-ref --branches --tags --remotes
            operands gitpath*
          sub describe name-rev merge-base for-each-ref show-ref show-branch check-ignore check-attr check-ref-format check-mailmap count-objects var verify-pack diff-pairs range-diff cherry fsck patch-id stripspace column get-tar-commit-id interpret-trailers fmt-merge-msg
            always read:^. read:^.git write:^.git/index write:^.git/index.lock delete:^.git/index.lock
            flags -aqvzsnHAdhi --all --tags --always --long --exact-match --first-parent --debug --name-only --no-undefined --stdin --is-ancestor --octopus --independent --fork-point --heads --branches --verify --dereference --hash-only --non-matching --verbose --no-index --cached --source --human-readable --full --no-reflogs --connectivity-only --strict --unreachable --dangling --no-dangling --no-full --no-progress --progress --ignore-case --omit-empty
            text --match --exclude --candidates --abbrev --count --sort --points-at --refs
            text? --dirty --broken --contains --no-contains --merged --no-merged --hash --exclude-existing --color
            gitformat --format
            operands gitpath*
          sub version
            flags --build-options
          sub branch
            always read:^.git write:^.git delete:^.git
            flags -arlvqfdDmMcCi --all --remotes --list --verbose --quiet --force --delete --move --copy --show-current --no-track --ignore-case --unset-upstream --no-color --no-column --no-abbrev --create-reflog --omit-empty
            text -u --set-upstream-to --sort --points-at
            text? --contains --no-contains --merged --no-merged --color --column --abbrev -t --track
            gitformat --format
            flags opaque --edit-description
            operands text*
          sub tag
            always read:^.git write:^.git delete:^.git
            flags -aldfi --annotate --list --delete --force --ignore-case --no-column --create-reflog --omit-empty --no-sign
            flags run:gpg -sv --sign --verify
            text -m --message --sort --points-at --cleanup --trailer
            text? -n --contains --no-contains --merged --no-merged --color --column
            gitformat --format
            read -F --file
            flags opaque -e --edit
            run -u --local-user
            operands text*
          sub reflog
            always read:^.git
            {Log}
            operands gitpath*
          sub reflog/expire reflog/delete reflog/drop reflog/write
            always read:^.git write:^.git delete:^.git
            foreign
          sub stash
            always read:^. write:^. delete:^. read:^.git write:^.git delete:^.git
            flags -kuaqSn --keep-index --no-keep-index --include-untracked --all --quiet --index --staged --oneline --only-untracked --name-only --name-status --stat
            flags opaque -p --patch
            text -m --message
            operands text*
          sub stash/branch
            always read:^. write:^. delete:^. read:^.git write:^.git delete:^.git
            foreign
          sub remote
            always read:^.git
            flags -v --verbose
          sub remote/add remote/rename remote/remove remote/rm remote/set-url remote/set-branches
            always read:^.git write:^.git delete:^.git
            flags --tags --no-tags --push --delete --add --no-progress
            text -tm
            operands text*
          sub remote/get-url
            always read:^.git
            flags --push --all
            operands text
          sub remote/show remote/update remote/prune remote/set-head
            always anyhost read:^.git write:^.git delete:^.git
            foreign
          sub init
            always read:^.git
            flags -q --quiet --bare
            text -b --initial-branch --object-format --ref-format
            text? --shared
            path --template
            write --separate-git-dir
            operands replace or .git
          sub clone
            # A server may answer with a redirect to another.
            always anyhost write:. run:git-remote-https
            flags -qvlsn --quiet --verbose --progress --no-progress --no-checkout --bare --mirror --local --no-local --no-hardlinks --shared --single-branch --no-single-branch --no-tags --dissociate --sparse --reject-shallow --also-filter-submodules
            text -obj --origin --branch --depth --jobs --filter --shallow-since --shallow-exclude --bundle-uri --server-option
            flags opaque --recurse-submodules --recursive --remote-submodules --shallow-submodules
            path --reference --reference-if-able
            write --separate-git-dir
            opaque --template
            run -u --upload-pack
            gitsetting -c --config
            operands gitremote write
          sub add stage
            always read:^. read:^.git write:^.git delete:^.git
            flags -nvfuANk --dry-run --verbose --force --update --all --no-all --ignore-removal --no-ignore-removal --intent-to-add --refresh --ignore-errors --ignore-missing --renormalize --sparse --no-warn-embedded-repo --pathspec-file-nul
            flags opaque -e --edit -p --patch -i --interactive
            text --chmod
            instructions --pathspec-from-file
            operands gitpath*
          sub rm
            always read:^. read:^.git write:^.git delete:^.git
            flags -fnqr --force --dry-run --cached --ignore-unmatch --quiet --sparse
            instructions --pathspec-from-file
            operands delete*
          sub mv
            always read:^. read:^.git write:^.git delete:^.git
            flags -fknv --force --dry-run --verbose --sparse
            operands move* write
          sub restore
            always read:^. read:^.git write:^.git delete:^.git
            flags -qSWm --quiet --staged --worktree --progress --no-progress --ours --theirs --merge --ignore-unmerged --ignore-skip-worktree-bits --overlay --no-overlay --recurse-submodules --no-recurse-submodules
            flags opaque -p --patch
            text -s --source --conflict
            instructions --pathspec-from-file
            operands replace*
          sub reset
            always read:^. read:^.git write:^.git delete:^.git
            flags -qN --quiet --soft --mixed --intent-to-add --refresh --no-refresh
            flags write:^. delete:^. --hard --merge --keep
            flags opaque -p --patch
            operands gitpath*
          sub clean
            always read:^. read:^.git delete:^.
            flags -fdnqxX --force --dry-run --quiet
            flags opaque -i --interactive
            text -e --exclude
            operands gitpath*
          sub apply
            always read:^. write:^. delete:^. read:^.git write:^.git delete:^.git
            flags -3Rz --stat --numstat --summary --check --index --cached --intent-to-add --3way --reverse --reject --apply --no-add --ignore-space-change --ignore-whitespace --inaccurate-eof --verbose -v --quiet -q --recount --allow-overlap --unidiff-zero --binary --allow-binary-replacement --allow-empty -N
            text -pC --exclude --include --whitespace
            flags opaque --unsafe-paths
            opaque --directory --build-fake-ancestor
            operands read*
          sub format-patch
            always read:^. read:^.git write:.
            {Diff}
            flags -kn --stdout --numbered --no-numbered --keep-subject --signoff --root --cover-letter --thread --no-thread --zero-commit --no-signature --always
            text --start-number --subject-prefix --suffix --to --in-reply-to --base --signature --from --reroll-count --interdiff --range-diff
            write -o --output-directory
            operands gitpath*
          sub hash-object
            always read:^.git write:^.git delete:^.git
            flags -w --stdin --stdin-paths --no-filters --literally
            text -t --path
            operands read*
          sub symbolic-ref update-ref update-index write-tree read-tree commit-tree mktree mktag notes replace pack-refs prune repack gc pack-objects unpack-objects index-pack maintenance
            always read:^. read:^.git write:^.git delete:^.git
            foreign
            operands text*
          sub config
            always read:^.git read:~/.gitconfig read:~/.config/git
            flags -lz --list --show-origin --show-scope --name-only --null --includes --no-includes --bool --int --bool-or-int --path --expiry-date --fixed-value
            flags --local --worktree
            flags write:~/.gitconfig --global
            flags privilege:changes_settings_of_all_users --system
            text --type --default --blob --get-color --get-colorbool --get-urlmatch
            flags --get --get-all --get-regexp => text*
            flags write:^.git/config write:^.git/config.lock delete:^.git/config.lock --add --unset --unset-all --replace-all --rename-section --remove-section
            flags opaque -e --edit
            change -f --file
            operands text gitvalue*
          sub archive
            always read:^. read:^.git
            flags -vl --verbose --list --worktree-attributes
            flags -0123456789
            text --format --prefix --mtime
            read --add-file
            opaque --add-virtual-file --remote --exec
            write -o --output
            always run:sh_-c_gzip
            operands gitpath*
          sub ls-remote
            always anyhost read:^.git
            flags -htqd --heads --branches --tags --refs --quiet --exit-code --get-url --symref
            text --sort -o --server-option
            run --upload-pack --exec
            operands gitremote text*
          sub fetch
            # Submodules are fetched too, and hooks that guard references run.
            always anyhost read:^.git write:^.git delete:^.git
            foreign
            run --upload-pack
            operands gitremote text*
          sub pull push
            always anyhost read:^. write:^. read:^.git write:^.git delete:^.git
            foreign
            run --upload-pack --receive-pack --exec
            operands gitremote text*
          sub commit
            always read:^. read:^.git write:^.git delete:^.git
            foreign ^.git/hooks
            closed
            needs -m --message -F --file --no-edit -C --reuse-message
            flags -aqsvn --all --quiet --signoff --no-signoff --verbose --amend --no-edit --allow-empty --allow-empty-message --no-verify --no-gpg-sign --no-status --status --reset-author --dry-run --short --porcelain --long -o --only --include -i --no-post-rewrite
            text -m --message --author --date --cleanup --trailer -C --reuse-message
            text? -u --untracked-files
            read -F --file
            operands gitpath*
          sub checkout switch
            always read:^. write:^. delete:^. read:^.git write:^.git delete:^.git
            foreign ^.git/hooks
            closed
            flags -qfdlm --quiet --force --detach --no-track --guess --no-guess --discard-changes --ours --theirs --merge --progress --no-progress --overlay --no-overlay --ignore-skip-worktree-bits
            text -bBcC --create --force-create --orphan --conflict
            text? -t --track
            operands gitpath*
          sub merge rebase cherry-pick revert am
            always read:^. write:^. delete:^. read:^.git write:^.git delete:^.git
            foreign
            operands gitpath*
          sub worktree
            always read:^. read:^.git write:.
            foreign
            operands text*
          sub worktree/list
            always read:^.git
            flags -vz --verbose --porcelain
            text --expire
          sub submodule bisect filter-branch difftool mergetool daemon instaweb send-email gui gitk citool svn lfs p4 credential credential-store credential-cache help request-pull rerere sparse-checkout subtree imap-send http-backend upload-pack receive-pack upload-archive shell fast-import fast-export bundle fetch-pack send-pack remote-https remote-http remote-ext remote-fd hook multi-pack-index commit-graph scalar backfill refs
            always read:^. write:^. delete:^. read:^.git write:^.git delete:^.git
            foreign
            operands gitpath*
        program git-remote-https git-remote-http
          plain
          operands text*
        program hg svn bzr cvs fossil darcs jj p4 git-lfs gitk tig lazygit git-gui
          exits --version
          foreign
          operands path*
        """;
}
