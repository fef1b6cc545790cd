namespace IntentAuthz.Containment;

/// <summary><c>scp</c> and <c>rsync</c>: the last operand is written, the others are read; <c>host:path</c> is on another host.</summary>
internal sealed class RemoteCopyRule(string declaration) : ProgramRule
{
    public const string Scp = """
        flags -346ABCOpqRrsTv
        text -cloPX
        read -iF
        run -S
        opaque -JD
        """;

    public const string Rsync = """
        flags -acdDgGhHiIklLmnNoOpPqrRsStuUvVWxXyzAbKE046J --verbose --quiet --no-motd --checksum --archive --recursive --relative --no-relative --no-implied-dirs --update --inplace --append --append-verify
        flags --dirs --mkpath --links --copy-links --copy-unsafe-links --safe-links --munge-links --copy-dirlinks --keep-dirlinks --hard-links --perms --executability --acls --xattrs --owner --group
        flags --devices --specials --times --atimes --open-noatime --crtimes --omit-dir-times --omit-link-times --super --fake-super --sparse --preallocate --dry-run --whole-file --no-whole-file
        flags --one-file-system --existing --ignore-existing --ignore-errors --force --partial --delay-updates --prune-empty-dirs --numeric-ids --ignore-times --size-only --fuzzy --compress
        flags --from0 --old-args --secluded-args --trust-sender --blocking-io --stats --8-bit-output --human-readable --progress --itemize-changes --list-only --fsync --ipv4 --ipv6 --version --help --no-perms --no-owner --no-group --no-times
        flags --delete --delete-before --delete-during --del --delete-delay --delete-after --delete-excluded --delete-missing-args
        flags --remove-source-files --backup
        # Rules that are read from files name more files; a daemon does what its settings say.
        flags opaque -F --daemon
        flags read:~/.cvsignore -C --cvs-exclude
        text -fB --filter --block-size --timeout --contimeout --modify-window --max-delete --max-size --min-size --max-alloc --usermap --groupmap --chown --compress-choice --compress-level --skip-compress --exclude --include
        text --address --port --sockopts --outbuf --log-file-format --out-format --bwlimit --stop-after --stop-at --protocol --iconv --checksum-seed --checksum-choice --info --debug --suffix --chmod
        instructions --files-from
        read --exclude-from --include-from --password-file --compare-dest --copy-dest --link-dest
        write --log-file -T --temp-dir --backup-dir --partial-dir --write-batch --only-write-batch
        opaque --read-batch -M --remote-option --config --copy-as
        shell -e --rsh --rsync-path --early-input
        """;

    private readonly OptionSet _options = ProgramDeclarations.Options(declaration);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        var operands = new List<ShellWord>();
        bool removes = false;
        var reader = new ArgumentReader(_options, call.WithWhatFollows());
        while (reader.Read())
        {
            if (!TellsOption(ref reader, call, effects))
            {
                operands.Add(reader.Word);
            }

            removes |= reader.Option?.Name == "--remove-source-files";
            if (reader.HasValue && reader.Option is { } option && !IsFollowed(option.Name, reader.Word))
            {
                effects.Opaque(OpaqueReason.UnknownOption, $"The value of '{option.Name}' is not followed.", reader.Word);
            }
        }

        for (int i = 0; i < operands.Count; i++)
        {
            ShellWord operand = operands[i];
            if (operand is { IsPattern: true, Text: { } pattern } && pattern.AsSpan().IndexOfAny('/', ':') is var end && pattern.AsSpan(0, end < 0 ? pattern.Length : end).ContainsAny("*?["))
            {
                effects.Opaque(OpaqueReason.ComputedArgument, "A file may be called like a place on another host.", operand);
            }

            if (IsRemote(operand))
            {
                string host = operand.Text!.Contains("://", StringComparison.Ordinal) ? operand.Text : operand.Text[..operand.Text.IndexOf(':')];
                if (host.Contains("://", StringComparison.Ordinal))
                {
                    RoleTeller.Url(operand, effects);
                }
                else
                {
                    effects.Connects(operand with { Text = host[(host.LastIndexOf('@') + 1)..] }, operand.Text.Contains("::", StringComparison.Ordinal) ? 873 : 22);
                }

                effects.Opaque(OpaqueReason.ForeignCode, "A remote shell or server does what is done on the other host.", operand);
            }
            else if (i == operands.Count - 1 && operands.Count > 1)
            {
                effects.Reads(operand);
                effects.Writes(operand);
                if (call.Name == "rsync")
                {
                    // What is there is replaced by way of a file beside it.
                    effects.Deletes(operand);
                }
            }
            else
            {
                effects.Reads(operand);
                if (removes)
                {
                    effects.Deletes(operand);
                }
            }

            if (operand.IsPattern && operands.Count > 1 && i == operands.Count - 1)
            {
                effects.Reads(operand);
            }
        }
    }

    /// <summary>A filter can name files with more filters; some directories are relative to the destination, where a path upwards leads elsewhere.</summary>
    private static bool IsFollowed(string option, ShellWord value) => option switch
    {
        "-f" or "--filter" => value.Text is ['-' or '+', ' ' or '_', ..] && !value.IsVague,
        "--compare-dest" or "--copy-dest" or "--link-dest" or "-T" or "--temp-dir" or "--backup-dir" or "--partial-dir" =>
            value.Text is { } path && (path.StartsWith('/') || !path.Contains("..", StringComparison.Ordinal)),
        _ => true,
    };

    private static bool IsRemote(ShellWord operand)
    {
        int colon = operand.Text?.IndexOf(':') ?? -1;
        return colon > 0 && operand.Text!.IndexOf('/') is var slash && (slash < 0 || slash > colon || operand.Text.Contains("://", StringComparison.Ordinal));
    }
}
