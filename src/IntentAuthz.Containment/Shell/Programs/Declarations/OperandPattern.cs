namespace IntentAuthz.Containment;

/// <summary>What the operands of a program are, by their places: some first ones, any number in the middle, some last ones.</summary>
internal sealed class OperandPattern(WordRole[] first, WordRole? middle, WordRole[] last, string? orElse)
{
    /// <summary>One role for every place, the middle once.</summary>
    public IEnumerable<WordRole> Roles => [.. first, .. middle is { } role ? [role] : Array.Empty<WordRole>(), .. last];

    /// <summary>Tells what the operands mean. A pattern may stand for several words, so that what follows it may be at a later place.</summary>
    public void Tell(scoped ReadOnlySpan<ShellWord> arguments, scoped ReadOnlySpan<int> operands, ProgramEffects effects)
    {
        if (orElse is not null && operands.Length <= (middle is null ? 0 : first.Length + last.Length))
        {
            RoleTeller.Tell(middle ?? first[0], orElse, effects);
        }

        if (operands.Length == 0 && first is [WordRole.Script, ..])
        {
            effects.Opaque(OpaqueReason.ForeignCode, "Without a file it runs what comes on its standard input.", default);
        }

        if (operands.Length > 1 && first is [WordRole.Script, ..])
        {
            ProjectWords.TellArguments(arguments[(operands[0] + 1)..], effects);
        }

        int firstPattern = int.MaxValue;
        int lastPattern = -1;
        for (int i = 0; i < operands.Length; i++)
        {
            if (arguments[operands[i]] is { IsPattern: true } or { IsMany: true })
            {
                firstPattern = Math.Min(firstPattern, i);
                lastPattern = i;
            }
        }

        for (int i = 0; i < operands.Length; i++)
        {
            ref readonly ShellWord word = ref arguments[operands[i]];
            int fromEnd = operands.Length - 1 - i;
            int leftmost = firstPattern <= i ? Math.Max(i, first.Length) : i;
            int rightmost = lastPattern >= i ? Math.Max(fromEnd, last.Length) : fromEnd;
            ulong told = 0;
            for (int left = i; left <= leftmost; left++)
            {
                for (int right = fromEnd; right <= rightmost; right++)
                {
                    WordRole role = At(left, right);
                    ulong bit = 1ul << (int)role;
                    if ((told & bit) == 0)
                    {
                        told |= bit;
                        RoleTeller.Tell(role, word, effects);
                        if (role == WordRole.GitValue)
                        {
                            GitWords.Setting(arguments[operands[Math.Max(0, i - 1)]], word, effects);
                        }
                    }
                }
            }
        }
    }

    private WordRole At(int fromStart, int fromEnd) =>
        fromEnd < last.Length ? last[last.Length - 1 - fromEnd]
        : fromStart < first.Length ? first[fromStart]
        : middle ?? WordRole.Opaque;
}
