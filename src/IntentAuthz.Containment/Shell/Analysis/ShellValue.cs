namespace IntentAuthz.Containment;

/// <summary>What is known of a variable's value. Immutable.</summary>
internal sealed class ShellValue
{
    /// <summary>The most values that are told apart.</summary>
    public const int MaxAlternatives = 16;

    /// <summary>The longest value that is kept.</summary>
    public const int MaxLength = 65_536;

    /// <summary>Anything, or not set at all.</summary>
    public static readonly ShellValue Unknown = new(ShellValueKind.Unknown, []);

    /// <summary>A whole number that is not known: digits, perhaps with a sign.</summary>
    public static readonly ShellValue Number = new(ShellValueKind.Number, []);

    /// <summary>Certainly not set.</summary>
    public static readonly ShellValue Unset = new(ShellValueKind.Unset, []);

    public static readonly ShellValue Empty = new(ShellValueKind.Known, [new ShellText("", false)]);

    private ShellValue(ShellValueKind kind, ShellText[] alternatives)
    {
        Kind = kind;
        Alternatives = alternatives;
    }

    public ShellValueKind Kind { get; }

    /// <summary>The values it can have, at least one, if it is known.</summary>
    public ShellText[] Alternatives { get; }

    /// <summary>The one value it has, or null.</summary>
    public string? Exact => Kind == ShellValueKind.Known && Alternatives is [{ IsVague: false } only] ? only.Text : Kind == ShellValueKind.Unset ? "" : null;

    public static ShellValue Of(string text, bool isPattern = false) =>
        text.Length > MaxLength ? Unknown : text.Length == 0 ? Empty : new(ShellValueKind.Known, [new ShellText(text, isPattern)]);

    /// <summary>The value that a word with a text has.</summary>
    public static ShellValue Of(ShellWord word) =>
        word.Text is not { } text ? Unknown : word.IsTree ? text.Length > MaxLength ? Unknown : new(ShellValueKind.Known, [new ShellText(text, false) { IsTree = true }]) : Of(text, word.IsPattern);

    public static ShellValue Of(ShellText text) => new(ShellValueKind.Known, [text]);

    /// <summary>What is known where either value can be.</summary>
    public static ShellValue Join(ShellValue left, ShellValue right)
    {
        if (ReferenceEquals(left, right))
        {
            return left;
        }

        if (left.Kind == ShellValueKind.Unknown || right.Kind == ShellValueKind.Unknown)
        {
            return Unknown;
        }

        if (left.IsNumber && right.IsNumber)
        {
            return left.Kind == ShellValueKind.Known && right.Kind == ShellValueKind.Known ? Union(left, right) : Number;
        }

        // Not set and set to nothing differ for `${name-word}` alone, which looks at more than the text.
        if (left.Kind == ShellValueKind.Unset && right.Kind == ShellValueKind.Unset)
        {
            return Unset;
        }

        return left.Kind == ShellValueKind.Known && right.Kind == ShellValueKind.Known ? Union(left, right) : Unknown;
    }

    /// <summary>Whether it is nothing but digits, perhaps with a sign, so that arithmetic with it runs nothing.</summary>
    public bool IsNumber
    {
        get
        {
            if (Kind == ShellValueKind.Number)
            {
                return true;
            }

            if (Kind != ShellValueKind.Known)
            {
                return false;
            }

            foreach (var alternative in Alternatives)
            {
                if (alternative.IsVague || !IsInteger(alternative.Text))
                {
                    return false;
                }
            }

            return true;
        }
    }

    public bool SameAs(ShellValue other) =>
        ReferenceEquals(this, other) || (Kind == other.Kind && Alternatives.AsSpan().SequenceEqual(other.Alternatives));

    public static bool IsInteger(ReadOnlySpan<char> text)
    {
        if (text.Length > 0 && text[0] is '-' or '+')
        {
            text = text[1..];
        }

        return text.Length is > 0 and < 20 && text.IndexOfAnyExceptInRange('0', '9') < 0;
    }

    private static ShellValue Union(ShellValue left, ShellValue right)
    {
        var all = new List<ShellText>(left.Alternatives);
        foreach (var alternative in right.Alternatives)
        {
            if (!all.Contains(alternative))
            {
                all.Add(alternative);
            }
        }

        if (all.Count == left.Alternatives.Length)
        {
            return left;
        }

        return all.Count <= MaxAlternatives ? new(ShellValueKind.Known, [.. all]) : left.IsNumber && right.IsNumber ? Number : Unknown;
    }
}
