namespace IntentAuthz;

/// <summary>
/// One way a secret can stand in text, as what is needed to find it and no more: eight of its characters, where they are in it, its length
/// and its hash. The form's text is not kept.
/// </summary>
internal sealed class SecretForm(ulong window, int offset, int length, ulong hash, ulong power)
{
    private SecretForm? _next;

    /// <summary>The eight characters, folded into eight bits each.</summary>
    internal ulong Window => window;

    /// <summary>Where in the form they begin.</summary>
    internal int Offset => offset;

    internal int Length => length;

    internal ulong Hash => hash;

    /// <summary><see cref="PrefixHash.PowerOf"/> of the length.</summary>
    internal ulong Power => power;

    /// <summary>The next form with the same eight characters.</summary>
    internal SecretForm? Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }
}
