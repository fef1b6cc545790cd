namespace IntentAuthz;

/// <summary>The one rule for every identifier that comes from outside: 1 to 256 characters, none of them a control character.</summary>
internal static class Identifier
{
    internal const int MaxLength = 256;

    internal static string Validate(string? value, string typeName)
    {
        if (!IsValid(value))
        {
            throw new ArgumentException(
                $"A {typeName} must have 1 to {MaxLength} characters and no control characters or unpaired surrogates; got {Describe(value)}.",
                nameof(value));
        }

        return value!;
    }

    internal static bool IsValid(string? value)
    {
        if (string.IsNullOrEmpty(value) || value.Length > MaxLength)
        {
            return false;
        }

        for (int i = 0; i < value.Length; i++)
        {
            char c = value[i];
            if (char.IsControl(c))
            {
                return false;
            }

            if (char.IsSurrogate(c))
            {
                if (i + 1 >= value.Length || !char.IsSurrogatePair(c, value[i + 1]))
                {
                    return false;
                }

                i++;
            }
        }

        return true;
    }

    private static string Describe(string? value) => value switch
    {
        null => "null",
        "" => "an empty string",
        _ => $"{value.Length} characters",
    };
}
