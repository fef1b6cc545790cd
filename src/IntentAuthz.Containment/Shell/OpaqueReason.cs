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

    /// <summary>Code that is not a shell command runs: a script, a build, another language's interpreter.</summary>
    ForeignCode,

    /// <summary>The text or its nesting is larger than is analysed.</summary>
    TooLarge,

    /// <summary>Code runs that lies in files which are known by name, <see cref="ShellAnalysis.Code"/>; what it does is not known.</summary>
    CodeFromFiles,
}
