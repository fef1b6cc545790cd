namespace IntentAuthz.Containment;

/// <summary>Programs that print, search, compare and reshape text.</summary>
internal static class TextPrograms
{
    public const string Declarations = """
        # GNU coreutils 9.1 to 9.7
        program cat
          gnu
          flags -AbeEnstTuv --show-all --number-nonblank --show-ends --number --squeeze-blank --show-tabs --show-nonprinting
          operands read*
        program tac
          gnu
          # What cannot be read backwards is kept in a file of its own.
          always write:/tmp delete:/tmp
          flags -br --before --regex
          text -s --separator
          operands read*
        program nl
          gnu
          flags -p --no-renumber
          text -bdfhilnsvw --body-numbering --section-delimiter --footer-numbering --header-numbering --line-increment
          text --join-blank-lines --number-format --number-separator --starting-line-number --number-width
          operands read*
        program head
          gnu
          flags -qvz0123456789 --quiet --silent --verbose --zero-terminated
          text -cn --bytes --lines
          operands read*
        program tail
          gnu
          flags -fFqvz0123456789 --retry --quiet --silent --verbose --zero-terminated --debug
          text -cns --bytes --lines --max-unchanged-stats --pid --sleep-interval
          text? --follow
          operands read*
        program wc
          gnu
          flags -cmlLw --bytes --chars --lines --max-line-length --words --debug
          text --total
          instructions --files0-from
          operands read*
        program sort
          gnu
          # What does not fit into memory is kept in files.
          always write:/tmp delete:/tmp
          flags -bdfgiMhnRrVCcmsuz --ignore-leading-blanks --dictionary-order --ignore-case --general-numeric-sort --ignore-nonprinting
          flags --month-sort --human-numeric-sort --numeric-sort --random-sort --reverse --version-sort --debug --merge --stable --unique --zero-terminated
          text -ktSy --key --field-separator --buffer-size --batch-size --parallel --sort
          text? --check
          read --random-source
          instructions --files0-from
          packer --compress-program
          write -oT --output --temporary-directory
          operands read*
        program uniq
          gnu
          flags -cdDiuz0123456789 --count --repeated --ignore-case --unique --zero-terminated
          text -fsw --skip-fields --skip-chars --check-chars
          text? --all-repeated --group
          operands read? out?
        program cut
          gnu
          flags -nsz --complement --only-delimited --zero-terminated
          text -bcdf --bytes --characters --delimiter --fields --output-delimiter
          operands read*
        program tr
          gnu
          flags -cCdst --complement --delete --squeeze-repeats --truncate-set1
          operands text*
        program paste
          gnu
          flags -sz --serial --zero-terminated
          text -d --delimiters
          operands read*
        program join
          gnu
          flags -iz --ignore-case --check-order --nocheck-order --header --zero-terminated
          text -aejotv12
          operands read*
        program comm
          gnu
          flags -123z --check-order --nocheck-order --total --zero-terminated
          text --output-delimiter
          operands read*
        program tee
          gnu
          flags -aip --append --ignore-interrupts
          text? --output-error
          operands write*
        program fold
          gnu
          flags -bcs0123456789 --bytes --characters --spaces
          text -w --width
          operands read*
        program fmt
          gnu
          flags -cstu0123456789 --crown-margin --split-only --tagged-paragraph --uniform-spacing
          text -pwg --prefix --width --goal
          operands read*
        program pr
          gnu
          flags -acdFfJmrtTv0123456789 --across --show-control-chars --double-space --form-feed --join-lines --merge --no-file-warnings --omit-header --omit-pagination --show-nonprinting
          text -DhlNoWw --pages --columns --date-format --header --length --first-line-number --indent --width --page-width
          text? -eins --expand-tabs --output-tabs --number-lines --separator -S --sep-string
          operands read*
        program expand
          gnu
          flags -i0123456789 --initial
          text -t --tabs
          operands read*
        program unexpand
          gnu
          flags -a0123456789 --all --first-only
          text -t --tabs
          operands read*
        program seq
          gnu
          flags -w0123456789. --equal-width
          text -fs --format --separator
          operands text*
        program shuf
          gnu
          flags -rz --repeat --zero-terminated
          flags -e --echo => text*
          text -in --input-range --head-count
          read --random-source
          write -o --output
          operands read*
        program od
          gnu
          flags -abcdfhiloszxXBDFHILOe --output-duplicates --traditional
          text -AjNtv --address-radix --skip-bytes --read-bytes --format --endian
          text? -wS --width --strings
          operands read*
        program base64 base32
          gnu
          flags -di --decode --ignore-garbage
          text -w --wrap
          operands read*
        program basenc
          gnu
          flags -di --base64 --base64url --base58 --base32 --base32hex --base16 --base2msbf --base2lsbf --z85 --decode --ignore-garbage
          text -w --wrap
          operands read*
        program md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum
          gnu
          flags -btwz --binary --tag --text --zero --ignore-missing --quiet --status --strict --warn
          flags -c --check => instructions*
          text -l --length
          operands read*
        program cksum sum
          gnu
          flags -rsz --sysv --raw --base64 --tag --untagged --zero --debug --ignore-missing --quiet --status --strict --warn
          flags -c --check => instructions*
          text -al --algorithm --length
          operands read*
        program csplit
          gnu
          flags -ksqz --keep-files --suppress-matched --quiet --silent --elide-empty-files
          text -bn --suffix-format --digits
          stem -f --prefix
          always write:. delete:.
          operands read text*
        program split
          gnu
          flags -dxeu --elide-empty-files --unbuffered --verbose
          text? --numeric-suffixes --hex-suffixes
          text -abClnt --suffix-length --additional-suffix --bytes --line-bytes --lines --number --separator
          shell --filter
          always write:.
          operands read? stem?
        program tsort factor
          gnu
          flags -hw --exponents
          operands read*
        program numfmt
          gnu
          flags -z --debug --grouping --zero-terminated
          text -d --delimiter --field --format --from --from-unit --invalid --padding --round --suffix --to --to-unit --unit-separator
          text? --header
          operands text*
        program ptx
          gnu
          flags -G --traditional => read out*
          flags -AfOrRtT --auto-reference --ignore-case --references --right-side-refs --typeset-mode
          text -FMSWgw --flag-truncation --macro-name --format --sentence-regexp --word-regexp --gap-size --width
          read -bio --break-file --ignore-file --only-file
          operands read* 
        program expr printf echo yes
          plain
          operands text*
        # util-linux, bsdextrautils
        program rev
          gnu
          flags -0hV --zero
          operands read*
        program column
          gnu
          flags -dehJLtxV --table --table-noheadings --table-header-repeat --json --keep-empty-lines --fillrows --table-maxout
          text -cCEHilNnoOprRsTW --output-width --columns --table-columns --table-columns-limit --table-noextreme --table-hide --tree-id --table-name
          text --output-separator --table-order --tree-parent --table-right --separator --table-truncate --table-wrap --table-column --table-empty-lines --tree
          text -S --use-spaces --wrap-separator
          operands read*
        program colrm col colcrt
          closed
          flags -bfhpxV --no-backspaces --fine --half-lines --spaces --tabs --pass --help --version
          text -l --lines
          operands text*
        program hexdump hd
          flags -bcCdovxhVX --one-byte-octal --one-byte-char --canonical --two-bytes-decimal --two-bytes-octal --no-squeezing --two-bytes-hex --one-byte-hex
          text -ens --format --length --skip
          text? -L --color
          read -f --format-file
          operands read*
        program look
          flags -abdfVh --alternative --alphanum --ignore-case
          text -t --terminate
          always read:/usr/share/dict
          operands text read?
        program ul
          flags -iVh --indicated --help --version
          text -t --terminal
          operands read*
        program cal ncal
          flags -13hjmsyYwVbJeo --one --three --help --sunday --monday --julian --year --twelve --week
          text -n --months -AB
          operands text*
        # vim-common
        program xxd
          single
          flags -a -autoskip -b -bits -e -E -EBCDIC -h -i -include -p -ps -postscript -plain -r -revert -u -uppercase -upper -v -version -C -capitalize -d
          text -c -cols -g -group -groupsize -l -len -o -offset -s -seek -n -name -R
          operands read? out?
        # GNU grep 3.8 to 3.11
        program grep
          gnu
          flags -EFGPiyvwxzcLlqsbHhnTZaIUu0123456789 --extended-regexp --fixed-strings --basic-regexp --perl-regexp --ignore-case --no-ignore-case
          flags --invert-match --word-regexp --line-regexp --null-data --count --files-without-match --files-with-matches --quiet --silent --no-messages
          flags --byte-offset --with-filename --no-filename --line-number --initial-tab --null --text --binary --unix-byte-offsets --only-matching -oV
          flags --line-buffered
          text -ABCdDm --after-context --before-context --context --max-count --label --binary-files --devices --directories --exclude --include --exclude-dir
          text? --color --colour
          text -e --regexp => read*
          flags -rR --recursive --dereference-recursive => text read* or .
          read -f --file => read*
          read --exclude-from
          operands text read*
        # Scripts that run grep with an option before the others
        program egrep fgrep
          gnu
          always run:grep_x
          flags -EFGPiyvwxzcLlqsbHhnTZaIUu0123456789 --extended-regexp --fixed-strings --basic-regexp --perl-regexp --ignore-case --no-ignore-case
          flags --invert-match --word-regexp --line-regexp --null-data --count --files-without-match --files-with-matches --quiet --silent --no-messages
          flags --byte-offset --with-filename --no-filename --line-number --initial-tab --null --text --binary --unix-byte-offsets --only-matching -oV
          flags --line-buffered
          text -ABCdDm --after-context --before-context --context --max-count --label --binary-files --devices --directories --exclude --include --exclude-dir
          text? --color --colour
          text -e --regexp => read*
          flags -rR --recursive --dereference-recursive => text read* or .
          read -f --file => read*
          read --exclude-from
          operands text read*
        program rgrep
          gnu
          always run:grep_x
          flags -EFGPiyvwxzcLlqsbHhnTZaIUurRo0123456789 --ignore-case --recursive --line-number
          text -ABCdDme --include --exclude --exclude-dir
          text? --color --colour
          operands text read* or .
        # GNU diffutils 3.8 to 3.10
        program diff
          gnu
          flags -qsceyniEZbwBtTaNrdpu0123456789v --normal --brief --report-identical-files --ed --rcs --side-by-side --left-column --suppress-common-lines
          flags --show-c-function --expand-tabs --initial-tab --suppress-blank-empty --recursive --no-dereference --new-file --unidirectional-new-file
          flags --ignore-case --ignore-file-name-case --no-ignore-file-name-case --ignore-tab-expansion --ignore-trailing-space --ignore-space-change
          flags --ignore-all-space --ignore-blank-lines --strip-trailing-cr --text --minimal --speed-large-files
          flags run:pr -l --paginate
          text? --color --context --unified
          text -CUFLxIWDS --show-function-line --label --width --tabsize --exclude --starting-file --ignore-matching-lines --ifdef --horizon-lines
          text --GTYPE-group-format --LTYPE-line-format --line-format --old-line-format --new-line-format --unchanged-line-format --old-group-format
          text --new-group-format --unchanged-group-format --changed-group-format --palette
          read -X --exclude-from
          path --from-file --to-file => path*
          operands read*
        program cmp
          gnu
          flags -blsv --print-bytes --verbose --silent --quiet
          text -in --ignore-initial --bytes
          operands read read? text*
        program diff3
          gnu
          always run:diff
          flags -AeExX3mTaiv --show-all --ed --show-overlap --easy-only --overlap-only --merge --text --strip-trailing-cr --initial-tab
          text -L --label
          run --diff-program
          operands read*
        program sdiff
          foreign
          write -o --output
          operands read*
        # GNU patch: the patch names the files it changes
        program patch
          flags -NREflstTZuneCcbv --forward --reverse --remove-empty-files --force --batch --silent --quiet --backup --dry-run --unified --normal --context --verbose --binary --posix --merge
          text -pFDVBYzg --strip --fuzz --ifdef --prefix --basename-prefix --suffix --version-control --quoting-style --reject-format --backup-if-mismatch
          in -d --directory
          instructions -i --input
          write -or --output --reject-file
          exits --version --help -v
          always instructions:-
          operands change? instructions?
        program dos2unix unix2dos mac2unix
          flags -befFiklmoqrRsSuv --force --quiet --keepdate --keep-bom --add-bom --remove-bom --verbose --oldfile --newline --safe --to-stdout
          text -c --convmode
          flags -n --newfile => read write*
          operands change*
        program iconv
          gnu
          flags -clsvV --list --silent --verbose
          text -ft --from-code --to-code
          write -o --output
          operands read*
        program strings
          flags -adfovwhV --all --data --print-file-name --include-all-whitespace
          text -ntTes --bytes --radix --target --encoding --output-separator
          operands read*
        program envsubst
          gnu
          flags -vhV --variables
          operands text
        program gettext ngettext
          closed
          flags -eEnsh
          text -d --domain --context
          operands text*
        program bc
          always read:/etc/inputrc read:~/.inputrc
          flags -hilqsvw --interactive --mathlib --quiet --standard --version --warn --help
          operands read*
        program xmllint
          flags --noout --format --recover --noent --nonet --html --xmlout --nowarning --nodefdtd --pretty --c14n --version --huge --noblanks --compress --timing --debug
          text --xpath --encode --indent --maxmem
          read --schema --relaxng --dtdvalid --schematron --catalogs
          write --output -o
          operands read*
        # ripgrep 14: --pre and -z start programs; .ripgreprc only where the environment names it
        program rg
          flags -abcFhHiIlLnNoPpqsSuUvVwx0. --text --byte-offset --case-sensitive --count --count-matches --crlf --debug --files-with-matches
          flags --files-without-match --fixed-strings --follow --glob-case-insensitive --heading --hidden --ignore-case --include-zero --invert-match --json
          flags --line-buffered --line-number --line-regexp --max-columns-preview --mmap --multiline --multiline-dotall --no-config --no-filename --no-heading
          flags --no-ignore --no-ignore-dot --no-ignore-global --no-ignore-parent --no-ignore-vcs --no-ignore-files --no-line-number --no-messages --no-mmap
          flags --no-unicode --null --null-data --one-file-system --only-matching --passthru --pcre2 --pretty --quiet --smart-case --stats
          flags --trim --type-list --unrestricted --vimgrep --with-filename --word-regexp --column --no-column --stop-on-nonmatch --trace --version --auto-hybrid-regex
          flags --no-hidden --sort-files --block-buffered --no-require-git --binary --no-binary --help
          flags opaque -z --search-zip
          text -ABCdgjmMrtTE --after-context --before-context --context --max-depth --glob --iglob --threads --max-count --max-columns --replace --type --type-not
          text --color --colors --context-separator --dfa-size-limit --encoding --engine --field-context-separator --field-match-separator --max-filesize
          text --path-separator --regex-size-limit --sort --sortr --type-add --type-clear --generate --hyperlink-format --pre-glob
          text -e --regexp => read* or .
          flags --files => read* or .
          read -f --file => read* or .
          read --ignore-file
          run --pre --hostname-bin
          operands text read* or .
        program ag ack ack-grep
          flags -ACBcDfglhHiLnoQrRsSuvwWz --nocolor --color --nogroup --group --hidden --ignore-case --smart-case --case-sensitive --files-with-matches
          flags --files-without-matches --count --literal --fixed-strings --line-numbers --no-heading --numbers --nonumbers --word-regexp --all-types --unrestricted --noheading --nofilename
          text --ignore --ignore-dir -m --max-count --depth -G --type
          run --pager
          operands text read* or .
        program wdiff colordiff
          flags -123is --no-deleted --no-inserted --no-common --statistics --ignore-case
          operands read*
        program less more most pg
          exits --version -V --help
          foreign
          operands read*
        """;
}
