namespace IntentAuthz.Containment;

/// <summary>
/// GNU <c>tar</c> 1.34 and 1.35. What is unpacked is named in the archive: it lies beneath the directory, or anywhere with <c>-P</c>.
/// How an archive is packed is found out from its content, so that reading one can start every program that unpacks.
/// </summary>
internal sealed class TarRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        gnu
        flags -AcdrtuxGikmnOpRsSUWwvlhBo0123456789M? --catenate --concatenate --create --delete --diff --compare --append --list --test-label --update --extract --get
        flags --check-device --incremental --ignore-failed-read --no-check-device --no-seek --seek --sparse --keep-newer-files --keep-old-files --keep-directory-symlink
        flags --no-overwrite-dir --overwrite --overwrite-dir --recursive-unlink --remove-files --skip-old-files --unlink-first --verify --to-stdout --ignore-command-error
        flags --no-ignore-command-error --delay-directory-restore --no-delay-directory-restore --no-same-owner --no-same-permissions --numeric-owner
        flags --preserve-permissions --same-permissions --same-owner --preserve-order --same-order --touch --xattrs --no-xattrs --acls --no-acls --selinux --no-selinux
        flags --multi-volume --force-local --read-full-records --ignore-zeros --reblock --no-auto-compress --anchored --ignore-case --no-anchored
        flags --no-ignore-case --no-wildcards --no-wildcards-match-slash --wildcards --wildcards-match-slash --dereference --hard-dereference --no-null --null
        flags --no-recursion --one-file-system --recursion --no-unquote --unquote --verbatim-files-from --no-verbatim-files-from --check-links --full-time
        flags --block-number --show-defaults --show-omitted-dirs --show-transformed-names --show-stored-names --utc --verbose --interactive --confirmation --restrict
        flags --usage --clamp-mtime --exclude-backups --exclude-caches --exclude-caches-all --exclude-caches-under --exclude-vcs --exclude-vcs-ignores --old-archive --portability
        flags --posix --preserve -P --absolute-names
        flags -zjJZa --gzip --gunzip --ungzip --bzip2 --xz --lzip --lzma --lzop --zstd --compress --uncompress --auto-compress
        text -bKNLHV --blocking-factor --starting-file --newer --after-date --newer-mtime --tape-length --format --level --sort --hole-detection --sparse-version
        text --group --owner --mode --mtime --exclude --exclude-tag --exclude-tag-all --exclude-tag-under --exclude-ignore --exclude-ignore-recursive --strip-components
        text --suffix --transform --xform --pax-option --label --record-size --quoting-style --quote-chars --no-quote-chars --set-mtime-format
        text --xattrs-include --xattrs-exclude --warning
        text? --backup --atime-preserve --checkpoint --occurrence --totals
        read -X --exclude-from
        change -g --listed-incremental --volno-file
        instructions -T --files-from --group-map --owner-map
        write --index-file
        write? --one-top-level
        text -fC --file --directory --checkpoint-action
        shell -IF --use-compress-program --info-script --new-volume-script --to-command
        run --rsh-command --rmt-command
        """);

    private static readonly string[] Unpackers = ["gzip -d", "bzip2 -d", "xz -d", "zstd -d", "lzip -d", "lzop -d", "lzma -d", "compress -d"];

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        // 'tar xzf a.tgz' is 'tar -x -z -f a.tgz': the letters of the first word take their values from the words that follow.
        ReadOnlySpan<ShellWord> arguments = call.WithWhatFollows();
        if (arguments is [{ Text: { Length: > 0 } bundle, IsVague: false }, ..] && bundle[0] != '-')
        {
            arguments = Unbundle(arguments, bundle);
        }

        var state = new State();
        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            if (TellsOption(ref reader, call, effects) && reader.Option is not null)
            {
                state.Take(reader.Option.Name, reader.HasValue ? reader.Word : default(ShellWord?), effects);
            }
        }

        state.TellArchive(effects);
        if (state.Anywhere && state.Mode == Mode.Unpack)
        {
            effects.Opaque(OpaqueReason.ComputedArgument, "With -P the archive names where it is unpacked.", call.Program);
        }

        TellMembers(arguments, state, effects);
    }

    /// <summary>The members, each relative to the directories that every <c>-C</c> before it names.</summary>
    private static void TellMembers(ReadOnlySpan<ShellWord> arguments, State state, ProgramEffects effects)
    {
        var directories = new Stack<IDisposable>();
        bool unpacks = state.Mode == Mode.Unpack && !state.ToOutput;
        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            if (reader.Kind == ArgumentKind.Option && reader.Option!.Name is "-C" or "--directory")
            {
                directories.Push(effects.In(reader.HasValue ? reader.Word : new ShellWord(null, 0)));
            }
            else if (reader.Kind == ArgumentKind.Operand && state.Mode is Mode.Pack or Mode.Change or Mode.List)
            {
                effects.Reads(reader.Word);
                if (state.Removes)
                {
                    effects.Deletes(reader.Word);
                }
            }
        }

        if (unpacks)
        {
            effects.Reads(".");
            effects.Writes(".");
            effects.Deletes(".");
        }

        while (directories.TryPop(out IDisposable? directory))
        {
            directory.Dispose();
        }

        if (unpacks && HasSeveralDirectories(arguments))
        {
            effects.Opaque(OpaqueReason.UnsupportedConstruct, "Unpacking into several directories is not followed.", arguments[0]);
        }
    }

    private static bool HasSeveralDirectories(ReadOnlySpan<ShellWord> arguments)
    {
        int count = 0;
        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            count += reader.Kind == ArgumentKind.Option && reader.Option!.Name is "-C" or "--directory" ? 1 : 0;
        }

        return count > 1;
    }

    private static ShellWord[] Unbundle(ReadOnlySpan<ShellWord> arguments, string bundle)
    {
        var words = new List<ShellWord>();
        int next = 1;
        foreach (char letter in bundle)
        {
            words.Add(arguments[0] with { Text = $"-{letter}" });
            if (Options.Find(['-', letter]) is { Value: OptionValue.Required } && next < arguments.Length)
            {
                words.Add(arguments[next++]);
            }
        }

        words.AddRange(arguments[next..]);
        return [.. words];
    }

    private enum Mode
    {
        None,
        Pack,
        Change,
        Unpack,
        List,
    }

    /// <summary>What the options say of the whole run.</summary>
    private sealed class State
    {
        private readonly List<ShellWord> _archives = [];
        private string? _packer;
        private bool _bySuffix;
        private bool _local;
        private bool _given;

        public Mode Mode { get; private set; }

        public bool Removes { get; private set; }

        public bool Anywhere { get; private set; }

        public bool ToOutput { get; private set; }

        public void Take(string option, ShellWord? value, ProgramEffects effects)
        {
            switch (option)
            {
                case "-c" or "--create":
                    Mode = Mode.Pack;
                    break;
                case "-r" or "--append" or "-u" or "--update" or "-A" or "--catenate" or "--concatenate" or "--delete":
                    Mode = Mode.Change;
                    break;
                case "-x" or "--extract" or "--get":
                    Mode = Mode.Unpack;
                    break;
                case "-t" or "--list" or "-d" or "--diff" or "--compare" or "--test-label":
                    Mode = Mode.List;
                    break;
                case "-f" or "--file" when value is not null:
                    _archives.Add(value.Value);
                    break;
                case "--remove-files":
                    Removes = true;
                    break;
                case "-P" or "--absolute-names":
                    Anywhere = true;
                    break;
                case "-O" or "--to-stdout" or "--to-command":
                    ToOutput = true;
                    break;
                case "--force-local":
                    _local = true;
                    break;
                case "-a" or "--auto-compress":
                    _bySuffix = true;
                    break;
                case "-I" or "--use-compress-program":
                    _given = true;
                    break;
                case "-z" or "--gzip" or "--gunzip" or "--ungzip":
                    _packer = "gzip";
                    break;
                case "-j" or "--bzip2":
                    _packer = "bzip2";
                    break;
                case "-J" or "--xz":
                    _packer = "xz";
                    break;
                case "-Z" or "--compress" or "--uncompress":
                    _packer = "compress";
                    break;
                case "--lzip" or "--lzma" or "--lzop" or "--zstd":
                    _packer = option[2..];
                    break;
                case "--checkpoint-action" when value is { Text: null } or { Text: ['e', 'x', ..] }:
                    string? action = value.Value.Text;
                    ShellWords.RunShell(value.Value with { Text = action?[(action.IndexOf('=') + 1)..] }, effects);
                    break;
            }
        }

        public void TellArchive(ProgramEffects effects)
        {
            foreach (ShellWord archive in _archives)
            {
                if (IsRemote(archive))
                {
                    string host = archive.Text![..archive.Text!.IndexOf(':')];
                    effects.Connects(archive with { Text = host[(host.LastIndexOf('@') + 1)..] }, 22);
                    effects.Opaque(OpaqueReason.ForeignCode, "The archive is on another host, where a remote shell is started.", archive);
                }
                else
                {
                    RoleTeller.Tell(Mode switch { Mode.Pack => WordRole.Out, Mode.Change => WordRole.Change, _ => WordRole.Read }, archive, effects);
                }
            }

            if (_given || Mode == Mode.None)
            {
                return;
            }

            if (_packer is not null)
            {
                effects.Runs(["/bin/sh", "-c", Mode == Mode.Pack ? _packer : _packer + " -d"]);
            }
            else if (Mode != Mode.Pack || _bySuffix)
            {
                foreach (string unpacker in Unpackers)
                {
                    effects.Runs(["/bin/sh", "-c", Mode == Mode.Pack ? unpacker[..^3] : unpacker]);
                }
            }
        }

        private bool IsRemote(ShellWord archive)
        {
            int colon = archive.Text?.IndexOf(':') ?? -1;
            return colon > 0 && !_local && archive.Text!.IndexOf('/') is var slash && (slash < 0 || slash > colon);
        }
    }
}
