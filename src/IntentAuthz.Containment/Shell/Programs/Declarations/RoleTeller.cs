using System.Buffers;
using System.Globalization;

namespace IntentAuthz.Containment;

/// <summary>Says of one word what its role makes of it.</summary>
internal static class RoleTeller
{
    private static readonly SearchValues<char> NotInHosts = SearchValues.Create("\\%{}[]*? \t\r\n");
    private static readonly SearchValues<char> InAddresses = SearchValues.Create("0123456789abcdefABCDEF:.");

    public static void Tell(WordRole role, ShellWord word, ProgramEffects effects)
    {
        if (word.IsTree && !NamesFiles(role))
        {
            word = word with { Text = null, IsTree = false };
        }

        switch (role)
        {
            case WordRole.Text:
                break;
            case WordRole.Read when word.Text == "-":
            case WordRole.Out when word.Text == "-":
                break;
            case WordRole.Read:
            case WordRole.Path:
                effects.Reads(word);
                break;
            case WordRole.Write:
            case WordRole.Out:
                effects.Writes(word);
                break;
            case WordRole.Change:
                effects.Reads(word);
                effects.Writes(word);
                break;
            case WordRole.Delete:
                effects.Deletes(word);
                break;
            case WordRole.Move:
                effects.Reads(word);
                effects.Deletes(word);
                break;
            case WordRole.Host:
                effects.Connects(word, null);
                break;
            case WordRole.Endpoint:
                Endpoint(word, word.Text, null, effects);
                break;
            case WordRole.Url:
                Url(word, effects);
                break;
            case WordRole.Shell:
                ShellWords.RunShell(word, effects);
                break;
            case WordRole.Program:
                effects.Runs([word], moreArguments: true);
                break;
            case WordRole.Variable:
                Variable(word, effects);
                break;
            case WordRole.Code:
                effects.Opaque(OpaqueReason.ForeignCode, "Code runs that is not a command of the shell.", word);
                break;
            case WordRole.Script:
                if (word.Text is { } address && (address.Contains("://", StringComparison.Ordinal) || address.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || address.StartsWith("file:", StringComparison.OrdinalIgnoreCase)))
                {
                    effects.Opaque(OpaqueReason.ForeignCode, $"The code at '{word.Text}' is not read.", word);
                }
                else if (word.Text != "-")
                {
                    effects.RunsCode(word);
                }
                else
                {
                    effects.Opaque(OpaqueReason.ForeignCode, "The code on the standard input is not read.", word);
                }

                break;
            case WordRole.Stem:
                effects.Writes(word.Text is null ? word : word with { Text = word.Text + "*", IsPattern = true });
                effects.Deletes(word.Text is null ? word : word with { Text = word.Text + "*", IsPattern = true });
                break;
            case WordRole.Pattern when word.Text is ['@', ..]:
                effects.Reads(word with { Text = word.Text[1..] });
                break;
            case WordRole.Pattern:
                if (word.Text is null)
                {
                    effects.Opaque(OpaqueReason.ComputedArgument, "A pattern may name a file with more.", word);
                }

                break;
            case WordRole.Terminal:
                if (word.Text is null || word.Text.Contains('/'))
                {
                    effects.Opaque(OpaqueReason.UnknownOption, "A terminal whose name is a path is described by a file somewhere.", word);
                }

                break;
            case WordRole.Test or WordRole.UnitTest or WordRole.TestChoice or WordRole.Project or WordRole.Property or WordRole.TestFilter or WordRole.ScriptName or WordRole.Passed or WordRole.Package or WordRole.Target or WordRole.GoPackage:
                ProjectWords.Tell(role, word, effects);
                break;
            case WordRole.Instructions:
                if (word.Text != "-")
                {
                    effects.Reads(word);
                }

                effects.Opaque(OpaqueReason.ComputedArgument, $"The content of '{word.Text}' names what else is touched.", word);
                break;
            case WordRole.Mode:
                if (word.Text is null || LendsRights(word.Text))
                {
                    effects.Privilege($"a file mode that lends its owner's rights: {word.Text ?? "computed"}");
                }

                break;
            case WordRole.Clock:
                if (word.Text is null || !word.Text.StartsWith('+'))
                {
                    effects.Privilege("sets the clock");
                }

                break;
            case WordRole.Packed:
                Packed(word, effects);
                break;
            case WordRole.Rewritten:
                effects.Reads(word);
                effects.Writes(word);
                Beside(word, "st??????", effects);
                break;
            case WordRole.AnyHost:
                effects.Connects(new ShellWord(null, word.Position), null);
                break;
            case WordRole.Packer:
                effects.Runs([word]);
                effects.Runs([word, "-d"]);
                break;
            case WordRole.Zip when word.Text == "-":
                break;
            case WordRole.Zip:
                effects.Reads(word);
                effects.Writes(word);
                effects.Deletes(word);
                if (word.Text is not null)
                {
                    effects.Reads(word with { Text = word.Text + ".zip" });
                    effects.Writes(word with { Text = word.Text + ".zip" });
                    effects.Deletes(word with { Text = word.Text + ".zip" });
                }

                Beside(word, "zi??????", effects);
                break;
            case WordRole.Link:
                Beside(word, "Cu??????", effects);
                effects.Reads(word);
                effects.Writes(word);
                effects.Links(word);
                if (word.IsTree)
                {
                    effects.Writes(new ShellWord("*", word.Position) { IsPattern = true });
                    effects.Links(new ShellWord("*", word.Position) { IsPattern = true });
                }
                else if (word.Text is { Length: > 0 } link)
                {
                    string name = link.TrimEnd('/');
                    ShellWord here = word with { Text = name[(name.LastIndexOf('/') + 1)..] };
                    effects.Writes(here);
                    effects.Links(here);
                }

                break;
            case WordRole.Replace:
                effects.Reads(word);
                effects.Writes(word);
                effects.Deletes(word);
                break;
            case WordRole.GitValue:
                effects.Writes(ProgramEffect.Fixed("^.git/config", word.Position));
                effects.Writes(ProgramEffect.Fixed("^.git/config.lock", word.Position));
                effects.Deletes(ProgramEffect.Fixed("^.git/config.lock", word.Position));
                break;
            case WordRole.GitSetting or WordRole.GitPath or WordRole.GitFormat or WordRole.GitRemote:
                GitWords.Tell(role, word, effects);
                break;
            case WordRole.Tracing when word.Text is ['|' or '!', ..]:
                ShellWords.RunShell(word with { Text = word.Text[1..] }, effects);
                break;
            case WordRole.Tracing:
                effects.Writes(word);
                if (word.Text is not null)
                {
                    effects.Writes(word with { Text = word.Text + ".*", IsPattern = true });
                }

                break;
            case WordRole.Destination:
                Destination(word, effects);
                break;
            case WordRole.Privilege:
                effects.Privilege(word.Text ?? "something computed");
                break;
            default:
                effects.Opaque(OpaqueReason.UnknownOption, $"'{word.Text}' is not known to be harmless here.", word);
                break;
        }
    }

    /// <summary>Whether a word of this role is nothing but the name of a file, so that a directory can stand for what is beneath it.</summary>
    private static bool NamesFiles(WordRole role) => role is WordRole.Text or WordRole.Read or WordRole.Path or WordRole.Write or WordRole.Out or WordRole.Change
        or WordRole.Delete or WordRole.Move or WordRole.Replace or WordRole.Packed or WordRole.Rewritten or WordRole.Zip or WordRole.Link or WordRole.Script
        or WordRole.Instructions or WordRole.Privilege or WordRole.AnyHost or WordRole.GitPath or WordRole.Code or WordRole.Tracing;

    /// <summary>A URL, or what a program takes for one: without a scheme it begins with the host.</summary>
    /// <param name="word">The URL.</param>
    /// <param name="effects">What is told.</param>
    /// <param name="portWithoutScheme">The port where neither scheme nor port is named.</param>
    public static void Url(ShellWord word, ProgramEffects effects, int? portWithoutScheme = 80)
    {
        if (word.IsTree || word.Text is not { } url)
        {
            word = word with { Text = null };
            effects.Connects(word, null);
            return;
        }

        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        int? port = portWithoutScheme;
        ReadOnlySpan<char> rest = url;
        if (scheme >= 0)
        {
            port = PortOf(rest[..scheme]);
            if (rest[..scheme].Equals("file", StringComparison.OrdinalIgnoreCase))
            {
                string path = url[(scheme + 3)..];
                int slash = path.IndexOf('/');
                effects.Reads(slash < 0 ? word with { Text = null } : word with { Text = Uri.UnescapeDataString(path[slash..]) });
                return;
            }

            rest = rest[(scheme + 3)..];
        }

        int end = rest.IndexOfAny('/', '?', '#');
        if (end >= 0)
        {
            rest = rest[..end];
        }

        int at = rest.LastIndexOf('@');
        if (at >= 0)
        {
            rest = rest[(at + 1)..];
        }

        // What clients disagree about is not taken apart: an escape, a backslash or a space in the host.
        if (rest.IsEmpty || (rest.ContainsAny(NotInHosts) && !IsAddressInBrackets(rest)))
        {
            effects.Connects(word with { Text = null }, port);
            return;
        }

        Endpoint(word, rest.ToString(), port, effects);
    }

    /// <summary>A host, perhaps with a port behind a colon.</summary>
    public static void Endpoint(ShellWord word, string? text, int? defaultPort, ProgramEffects effects)
    {
        if (text is null)
        {
            effects.Connects(word, defaultPort);
            return;
        }

        int colon = text.LastIndexOf(':');
        bool bracketed = text.StartsWith('[');
        if (colon < 0 || (bracketed && text.EndsWith(']')) || (!bracketed && text.IndexOf(':') != colon))
        {
            effects.Connects(word with { Text = text.Trim('[', ']'), IsPattern = false }, defaultPort);
            return;
        }

        string host = text[..colon].Trim('[', ']');
        ReadOnlySpan<char> digits = text.AsSpan(colon + 1);
        if (digits.IsEmpty)
        {
            effects.Connects(word with { Text = host, IsPattern = false }, defaultPort);
        }
        else if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= 65535)
        {
            effects.Connects(word with { Text = host, IsPattern = false }, port);
        }
        else
        {
            effects.Connects(word with { Text = host, IsPattern = false }, null);
        }
    }

    /// <summary><c>NAME=VALUE</c>; a name alone sets nothing.</summary>
    public static void Variable(ShellWord word, ProgramEffects effects)
    {
        if (word.Text is not { } text)
        {
            effects.Opaque(OpaqueReason.ComputedArgument, "The name of a variable is computed.", word);
            return;
        }

        int equals = text.IndexOf('=');
        if (equals > 0)
        {
            effects.SetsVariable(text[..equals], new ShellWord(text[(equals + 1)..], word.Position));
        }
    }

    /// <summary>The name beside it begins like the file or its stem: <c>a.tar.gz</c>, <c>a.tar</c>, <c>a.tgz</c>. What stands for a directory stands for what is beneath.</summary>
    private static void Packed(ShellWord word, ProgramEffects effects)
    {
        if (word.Text == "-")
        {
            return;
        }

        effects.Reads(word);
        effects.Deletes(word);
        effects.Writes(word);
        if (word.Text is { } text)
        {
            int name = text.LastIndexOf('/') + 1;
            int dot = text.LastIndexOf('.');
            string stem = dot > name ? text[..dot] : text;
            foreach (ShellWord made in (ReadOnlySpan<ShellWord>)[word with { Text = stem }, word with { Text = stem + ".*", IsPattern = true }, word with { Text = text + ".*", IsPattern = true }])
            {
                effects.Reads(made); // whether it is there already, some see by opening it
                effects.Writes(made);
                effects.Deletes(made);
            }
        }
    }

    /// <summary>Files that are made in the directory of another, and go away again.</summary>
    public static void Beside(ShellWord word, string pattern, ProgramEffects effects)
    {
        if (word.Text is { } text)
        {
            string sibling = string.Concat(text.AsSpan(0, text.LastIndexOf('/') + 1), pattern);
            effects.Writes(word with { Text = sibling, IsPattern = true });
            effects.Deletes(word with { Text = sibling, IsPattern = true });
        }
    }

    private static void Destination(ShellWord word, ProgramEffects effects)
    {
        if (word.Text is not { } text)
        {
            effects.Connects(word, null);
        }
        else if (text.Contains("://", StringComparison.Ordinal))
        {
            Url(word, effects);
        }
        else
        {
            effects.Connects(word with { Text = text[(text.LastIndexOf('@') + 1)..] }, 22);
        }
    }

    /// <summary>Whether a file mode may set the bits that run a file with the rights of its owner or group.</summary>
    public static bool LendsRights(string mode)
    {
        if (mode.AsSpan().ContainsAnyExceptInRange('0', '7'))
        {
            // Symbolic: setting is meant where an 's' or a copy of another class follows an operator; taking away is harmless.
            foreach (Range clause in mode.AsSpan().Split(','))
            {
                ReadOnlySpan<char> text = mode.AsSpan()[clause];
                int from = text.IndexOfAny('+', '=');
                if (from >= 0 && text[from..].Contains('s'))
                {
                    return true;
                }
            }

            int octal = mode.AsSpan().IndexOfAnyInRange('0', '7');
            return octal >= 0 && mode.Length - octal > 3;
        }

        string digits = mode.TrimStart('0');
        return digits.Length > 4 || (digits.Length == 4 && digits[0] is not '1');
    }

    private static bool IsAddressInBrackets(ReadOnlySpan<char> host)
    {
        int close = host.IndexOf(']');
        return host[0] == '[' && close > 0 && !host[1..close].ContainsAnyExcept(InAddresses);
    }

    private static int? PortOf(ReadOnlySpan<char> scheme)
    {
        Span<char> lower = stackalloc char[16];
        if (scheme.Length > lower.Length)
        {
            return null;
        }

        int length = scheme.ToLowerInvariant(lower);
        return lower[..length] switch
        {
            "http" or "ws" => 80,
            "https" or "wss" => 443,
            "ftp" => 21,
            "ftps" => 990,
            "ssh" or "sftp" or "scp" or "git+ssh" => 22,
            "git" => 9418,
            "rsync" => 873,
            "ldap" => 389,
            "ldaps" => 636,
            "redis" => 6379,
            "postgres" or "postgresql" => 5432,
            "mysql" => 3306,
            "telnet" => 23,
            _ => null,
        };
    }
}
