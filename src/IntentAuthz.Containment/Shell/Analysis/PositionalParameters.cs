namespace IntentAuthz.Containment;

/// <summary>The positional parameters as far as they are known. Immutable.</summary>
/// <param name="Words">The words from <c>$1</c> on. A pattern or an unknown number of words stands for any number, so what follows it has no known number.</param>
internal sealed record PositionalParameters(ShellWord[] Words)
{
    /// <summary>Nothing is known of them.</summary>
    public static readonly PositionalParameters Unknown = new([new ShellWord(null, 0) { IsMany = true }]);

    public static readonly PositionalParameters None = new([]);

    /// <summary>Whether their number is known.</summary>
    public bool IsCounted
    {
        get
        {
            foreach (var word in Words)
            {
                if (word.IsMany || word.IsPattern)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>The value of <c>$number</c>.</summary>
    public ShellValue this[int number]
    {
        get
        {
            for (var i = 0; i < Words.Length; i++)
            {
                var word = Words[i];
                if (word.IsMany || word.IsPattern)
                {
                    return ShellValue.Unknown;
                }

                if (i == number - 1)
                {
                    return ShellValue.Of(word);
                }
            }

            return ShellValue.Unset;
        }
    }
}
