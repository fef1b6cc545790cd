using System.Collections.Frozen;

namespace IntentAuthz.Containment;

/// <summary>Words that only git has.</summary>
internal static class GitWords
{
    /// <summary>Settings that neither name a program nor a file, in lower case; a name that ends in a dot stands for a whole section.</summary>
    private static readonly FrozenSet<string> HarmlessSettings = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "user.name", "user.email", "core.quotepath", "core.autocrlf", "core.safecrlf", "core.eol", "core.ignorecase", "core.filemode", "core.symlinks",
        "core.longpaths", "core.precomposeunicode", "core.abbrev", "core.commentchar", "core.bigfilethreshold", "core.preloadindex", "core.untrackedcache",
        "core.whitespace", "init.defaultbranch", "log.date", "log.decorate", "log.follow", "log.abbrevcommit", "diff.renames", "diff.algorithm", "diff.noprefix",
        "diff.mnemonicprefix", "diff.context", "diff.interhunkcontext", "diff.colormoved", "diff.renamelimit", "merge.conflictstyle", "merge.ff", "merge.renamelimit",
        "pull.rebase", "pull.ff", "push.default", "fetch.prune", "status.showuntrackedfiles", "status.short", "status.branch", "gc.auto", "maintenance.auto",
        "commit.verbose", "rebase.autosquash", "column.ui", "grep.linenumber", "blame.date", "protocol.version", "transfer.fsckobjects", "http.postbuffer",
        "http.lowspeedlimit", "http.lowspeedtime", "safe.directory", "safe.barerepository");

    public static void Tell(WordRole role, ShellWord word, ProgramEffects effects)
    {
        switch (role)
        {
            case WordRole.GitSetting:
                Setting(word, effects);
                break;
            case WordRole.GitPath:
                Path(word, effects);
                break;
            case WordRole.GitFormat:
                if (word.Text is null || word.Text.Contains("%G", StringComparison.Ordinal))
                {
                    effects.Opaque(OpaqueReason.ForeignCode, "A format with '%G' starts the configured program that checks signatures.", word);
                }

                break;
            default:
                Remote(word, effects);
                break;
        }
    }

    /// <summary>A setting that is written down, so that git does as it says from now on.</summary>
    public static void Setting(ShellWord name, ShellWord value, ProgramEffects effects) =>
        Setting(name is { Text: not null, IsVague: false } ? value with { Text = $"{name.Text}={(value.IsVague ? "?" : value.Text ?? "?")}", IsPattern = false } : new ShellWord(null, name.Position), effects);

    private static void Setting(ShellWord word, ProgramEffects effects)
    {
        int equals = word.Text?.IndexOf('=') ?? -1;
        string? name = equals < 0 ? word.Text : word.Text![..equals];
        string value = equals < 0 ? "true" : word.Text![(equals + 1)..];
        bool harmless = name is not null && (HarmlessSettings.Contains(name)
            || name.StartsWith("color.", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("advice.", StringComparison.OrdinalIgnoreCase)
            || IsHarmless(name.ToLowerInvariant(), value));
        if (!harmless)
        {
            effects.Opaque(OpaqueReason.UnknownOption, $"The setting '{name}' of git can name a program or a file.", word);
        }
    }

    /// <summary>Settings that turn off what could run.</summary>
    private static bool IsHarmless(string name, string value) => name switch
    {
        "core.fsmonitor" or "commit.gpgsign" or "tag.gpgsign" or "push.gpgsign" or "log.showsignature" => value is "false" or "0" or "no",
        "core.hookspath" => value == "/dev/null",
        "core.pager" => value is "cat" or "",
        "core.editor" or "sequence.editor" => value is "true" or ":",
        _ => false,
    };

    private static void Path(ShellWord word, ProgramEffects effects)
    {
        if (word.Text is not { } text)
        {
            effects.Reads(word);
        }
        else if (text.StartsWith('/') || text.StartsWith('~') || text == ".." || text.Contains("../", StringComparison.Ordinal) || text.EndsWith("/..", StringComparison.Ordinal))
        {
            effects.Reads(word);
        }
    }

    private static void Remote(ShellWord word, ProgramEffects effects)
    {
        if (word.Text is not { Length: > 0 } text)
        {
            effects.Connects(word, null);
            return;
        }

        if (text.Contains("::", StringComparison.Ordinal))
        {
            effects.Opaque(OpaqueReason.ForeignCode, $"The transport of '{text}' is a program of its own.", word);
        }
        else if (text.Contains("://", StringComparison.Ordinal))
        {
            RoleTeller.Url(word, effects);
            if (text.StartsWith("ssh:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("git+ssh:", StringComparison.OrdinalIgnoreCase) || text.StartsWith("ssh+git:", StringComparison.OrdinalIgnoreCase))
            {
                effects.Runs(["ssh"], moreArguments: true);
            }
            else if (!text.StartsWith("http", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("git:", StringComparison.OrdinalIgnoreCase))
            {
                effects.Opaque(OpaqueReason.ForeignCode, $"The transport of '{text}' is a program of its own.", word);
            }
        }
        else if (text.IndexOf(':') is var colon && colon > 0 && text.IndexOf('/') is var slash && (slash < 0 || slash > colon))
        {
            effects.Connects(word with { Text = text[(text[..colon].LastIndexOf('@') + 1)..colon] }, 22);
            effects.Runs(["ssh"], moreArguments: true);
        }
        else if (text.StartsWith('/') || text.StartsWith('.'))
        {
            // The other repository's own programs and hooks serve it.
            effects.Reads(word);
            effects.Opaque(OpaqueReason.ForeignCode, $"The hooks and settings of '{text}' are not read.", word);
        }
        else
        {
            effects.Connects(word with { Text = null }, null);
        }
    }
}
