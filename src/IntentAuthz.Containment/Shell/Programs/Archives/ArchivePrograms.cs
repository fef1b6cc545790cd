namespace IntentAuthz.Containment;

/// <summary>Programs that pack, unpack and compress. What an archive writes is named in it, so unpacking writes anywhere beneath a directory.</summary>
internal static class ArchivePrograms
{
    public const string Declarations = """
        # GNU gzip 1.12, bzip2 1.0.8, xz 5.4, zstd 1.5: the file goes away and another is made beside it
        program gzip
          gnu
          flags -adfhklLnNqrtvV123456789 --ascii --decompress --uncompress --force --keep --list --license --no-name --name --quiet --recursive --test --verbose --fast --best --rsyncable --synchronous
          flags -c --stdout --to-stdout => read*
          text -bS --bits --suffix
          operands packed*
        program gunzip
          gnu
          # A script that runs gzip
          always run:gzip_-d
          flags -adfhklLnNqrtvV123456789 --ascii --decompress --uncompress --force --keep --list --license --no-name --name --quiet --recursive --test --verbose --fast --best --rsyncable --synchronous
          flags -c --stdout --to-stdout => read*
          text -bS --bits --suffix
          operands packed*
        program bzip2 bunzip2
          flags -cdzktfqvsLVh123456789 --decompress --compress --keep --test --force --quiet --verbose --small --license --version --fast --best --stdout --help
          operands packed*
        program xz unxz lzma unlzma
          gnu
          flags -zdtlkfcqQvhHV0123456789e --compress --decompress --uncompress --test --list --keep --force --stdout --to-stdout --extreme --fast --best --quiet --verbose
          flags --no-warn --robot --single-stream --no-sparse --long-help --ignore-check
          text -SFCTM --suffix --format --check --threads --memlimit --block-size
          instructions? --files --files0
          operands packed*
        program zstd unzstd
          flags -dktlfcqvrDhHV0123456789 --decompress --keep --test --list --force --stdout --quiet --verbose --rm --ultra --long --no-progress --fast --version --help
          text -TM
          write -o
          operands packed*
        program compress uncompress lz4 unlz4 lzop brotli
          flags -dktlfcqvrzhV123456789
          write -o
          operands packed*
        program zcat bzcat xzcat lzcat zstdcat gzcat
          always run:gzip_-cd
          flags -cdfhlLqv --force --quiet --help --version --verbose
          operands read*
        program zgrep bzgrep xzgrep zegrep zfgrep
          foreign
          operands text read*
        program zless zmore zdiff zcmp xzless bzmore bzless xzmore
          foreign
          operands read*
        # Info-ZIP 3.0 and 6.0
        program zip
          flags -rRjmq0123456789uvDAcdefgklLnoSwXyzF$! --recurse-paths --junk-paths --quiet --update --verbose --encrypt --symlinks --no-extra --filesync --freshen --delete --grow
          # -TT COMMAND is read as -T twice: either is taken for it.
          flags opaque -T --test -@ --names-stdin
          # An archive in parts is made of more files.
          opaque -s --split-size
          pattern -ix --exclude --include
          text -PtZ --password
          write -bO --temp-path --output-file --out
          shell --unzip-command
          exits -v --version -h --help
          operands zip read*
        program unzip
          flags -lvtpcznoqajLMUVXKCuf^W
          replace -d
          text -xP
          exits --help -h
          flags -Z
          always write:. delete:.
          operands read text*
        program zipinfo funzip
          flags -12smlvhtTzCMZ
          operands read text*
        program unrar rar 7z 7za 7zr p7zip unar lsar cabextract unshield
          always write:.
          foreign
          operands path*
        program cpio pax
          exits --version --help
          always write:.
          foreign
          operands path*
        program ar
          posix
          foreign
          always write:.
          operands text path*
        program ranlib strip objcopy
          flags -gsSxXpdvDUw --strip-debug --strip-unneeded --strip-all --preserve-dates --enable-deterministic-archives
          text -KNRjF --keep-symbol --strip-symbol --remove-section --only-section
          write -o
          exits --version -V --help
          operands rewritten*
        program nm objdump readelf size addr2line c++filt elfedit
          flags -aAbBCdDefgGhHilnoprsStTuvVwxWX --all-headers --demangle --defined-only --undefined-only --extern-only --dynamic --dynamic-syms --line-numbers
          flags --no-sort --numeric-sort --print-file-name --print-size --size-sort --disassemble --disassemble-all --full-contents --section-headers --headers --symbols --syms --relocs --reloc --file-headers --program-headers --segments --sections --wide --all --notes --source --version --help --no-show-raw-insn --version-info --file-header
          text -jMm --section --disassembler-options --architecture --format --radix --start-address --stop-address
          operands read*
        """;
}
