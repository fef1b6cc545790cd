namespace IntentAuthz.Containment;

/// <summary>How the characters of a text between two places are read.</summary>
internal enum PartsMode
{
    /// <summary>As in a word, except that nothing ends it.</summary>
    Unquoted,

    /// <summary>As between double quotes; further quotes vanish, as they do in arithmetic and in <c>"${name:-"…"}"</c>.</summary>
    Quoted,

    /// <summary>As in a here-document: quotes are ordinary characters.</summary>
    HereDocument,
}
