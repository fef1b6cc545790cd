namespace IntentAuthz.Containment;

/// <summary>Why a part of a command is not known before it runs.</summary>
public enum OpaqueReason
{
    /// <summary>The name of a program is computed while running.</summary>
    ComputedProgram,

    /// <summary>An argument that decides what is touched is computed while running.</summary>
    ComputedArgument,

    /// <summary>A construct of the shell that is read but not followed.</summary>
    UnsupportedConstruct,

    /// <summary>A program that the table does not know.</summary>
    UnknownProgram,

    /// <summary>An option that the table does not know to be harmless.</summary>
    UnknownOption,

    /// <summary>
    /// Code runs that is not the workspace's own as it was: it is in an argument or on a pipe, comes from elsewhere, or may be what the text itself has written.
    /// </summary>
    ForeignCode,

    /// <summary>The text or its nesting is larger than is analysed.</summary>
    TooLarge,
}
