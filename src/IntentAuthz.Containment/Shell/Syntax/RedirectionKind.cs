namespace IntentAuthz.Containment;

/// <summary>The operators of redirections.</summary>
internal enum RedirectionKind
{
    /// <summary><c>&lt;</c></summary>
    Input,

    /// <summary><c>&gt;</c>, <c>&gt;|</c></summary>
    Output,

    /// <summary><c>&gt;&gt;</c></summary>
    Append,

    /// <summary><c>&lt;&gt;</c></summary>
    ReadWrite,

    /// <summary><c>&amp;&gt;</c>, <c>&amp;&gt;&gt;</c></summary>
    OutputAndError,

    /// <summary><c>&lt;&amp;</c></summary>
    DuplicateInput,

    /// <summary><c>&gt;&amp;</c></summary>
    DuplicateOutput,

    /// <summary><c>&lt;&lt;</c>, <c>&lt;&lt;-</c></summary>
    HereDocument,

    /// <summary><c>&lt;&lt;&lt;</c></summary>
    HereString,
}
