namespace IntentAuthz;

/// <summary>The ends of a listing that a request speaks of: by a number, or by a time.</summary>
[Flags]
internal enum Extremes
{
    None = 0,
    Least = 1,
    Most = 2,
    First = 4,
    Last = 8,
}
