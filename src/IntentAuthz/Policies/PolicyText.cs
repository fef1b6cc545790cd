using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>One text of policies and what error messages call it.</summary>
/// <param name="Name">A file's path, a resource's name, or what the host says.</param>
/// <param name="Text">The policies.</param>
/// <param name="ShortName">What policies without an <c>@id</c> are numbered after: the same on every machine, so no absolute path.</param>
internal readonly record struct PolicyText(string Name, string Text, string ShortName)
{
    /// <summary>The policies where somebody else has read them, with the ids they got there; null to read the text.</summary>
    internal PolicySet? Parsed { get; init; }
}
