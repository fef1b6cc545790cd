namespace IntentAuthz.Containment;

/// <summary>How much is known of a value.</summary>
internal enum ShellValueKind
{
    /// <summary>Nothing.</summary>
    Unknown,

    /// <summary>It is one of a few texts.</summary>
    Known,

    /// <summary>It is a number.</summary>
    Number,

    /// <summary>There is none.</summary>
    Unset,
}
