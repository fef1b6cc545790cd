namespace IntentAuthz.Containment;

/// <summary>The shell that runs a text.</summary>
public enum ShellDialect
{
    /// <summary>bash 4 to 5.2.</summary>
    Bash,

    /// <summary>
    /// <c>sh</c>, whichever that is. The text is read as bash reads it, and a construct that other shells read differently is opaque.
    /// </summary>
    Posix,
}
