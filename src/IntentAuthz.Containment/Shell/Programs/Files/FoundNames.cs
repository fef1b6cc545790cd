using System.Buffers;

namespace IntentAuthz.Containment;

/// <summary>Commands with <c>{}</c> in them, which stands for what <c>find</c> found or what came on a pipe.</summary>
internal static class FoundNames
{
    private static readonly SearchValues<char> NotInPaths = SearchValues.Create(" \t\n;|&$`'\"<>()");

    /// <summary>Whether <c>{}</c> stands in the command.</summary>
    public static bool AreIn(ReadOnlySpan<ShellWord> command)
    {
        foreach (ShellWord word in command)
        {
            if (word.Text?.Contains("{}", StringComparison.Ordinal) ?? false)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Tells a command in which <c>{}</c> stands for what was found.</summary>
    /// <param name="command">The command.</param>
    /// <param name="found">What it is, or what it lies beneath.</param>
    /// <param name="isSeveral">Whether <c>{}</c> can stand for several names at once.</param>
    /// <param name="effects">What is told.</param>
    public static void Run(ReadOnlySpan<ShellWord> command, ShellWord found, bool isSeveral, ProgramEffects effects)
    {
        string root = found.Text ?? "?";
        var plain = new ShellWord[command.Length];
        ShellWord[]? extended = null;
        for (int i = 0; i < command.Length; i++)
        {
            string? text = command[i].Text;
            int at = text?.IndexOf("{}", StringComparison.Ordinal) ?? -1;
            plain[i] = command[i];
            if (at < 0)
            {
                continue;
            }

            if (i == 0 || text!.AsSpan().ContainsAny(NotInPaths) || (text![0] == '-' && at > 0 && !text.AsSpan(0, at).EndsWith("=")))
            {
                // A program, options, or a text of another language with a name in it.
                plain[i] = new ShellWord(null, command[i].Position) { Prefix = at > 0 ? text![..at] : null };
                continue;
            }

            // '{}' itself, and '{}.bak': beside the starting point, or beneath it.
            plain[i] = command[i] with { Text = text![..at] + root, IsTree = true, IsPattern = isSeveral };
            if (text.Length > at + 2)
            {
                extended ??= [.. command];
                extended[i] = command[i] with { Text = text.Replace("{}", root, StringComparison.Ordinal), IsTree = true };
            }
        }

        effects.Runs(plain);
        if (extended is not null)
        {
            for (int i = 0; i < extended.Length; i++)
            {
                if (extended[i].Text == "{}")
                {
                    extended[i] = plain[i];
                }
            }

            effects.Runs(extended);
        }
    }
}
