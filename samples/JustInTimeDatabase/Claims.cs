namespace JustInTimeDatabase;

/// <summary>Tells what was claimed and what was found, and remembers whether all of it held.</summary>
internal sealed class Claims
{
    internal bool AllHeld { get; private set; } = true;

    internal void Check(string claim, string expected, string found)
    {
        bool holds = expected == found;
        AllHeld &= holds;
        Console.WriteLine($"{(holds ? "as said" : "NOT AS SAID")}     {claim}\n            {found}{(holds ? "" : $" (expected: {expected})")}");
    }
}
