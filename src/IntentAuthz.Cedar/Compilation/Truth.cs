namespace IntentAuthz.Cedar.Compilation;

/// <summary>What testing a condition comes to.</summary>
internal enum Truth : byte
{
    False,
    True,

    /// <summary>The condition has no value, or one that is not a bool. What went wrong is found by the interpreter, when somebody asks.</summary>
    Error,
}
