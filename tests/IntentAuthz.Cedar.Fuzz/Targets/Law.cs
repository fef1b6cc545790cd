namespace IntentAuthz.Cedar.Fuzz.Targets;

/// <summary>Laws that hold for every input.</summary>
internal static class Law
{
    public static void Same(string what, string expected, string actual)
    {
        if (expected != actual)
        {
            throw new LawBrokenException($"{what}:\n{expected}\nbecame\n{actual}");
        }
    }

    public static void Holds(bool condition, string what)
    {
        if (!condition)
        {
            throw new LawBrokenException(what);
        }
    }
}
