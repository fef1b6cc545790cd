using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Builds the members of <c>context</c> when they are asked for.</summary>
internal interface IContextSource
{
    /// <summary>The member, or null when this kind of request has none. Exactly one flag is given.</summary>
    CedarRecord? Build(ContextParts part);

    /// <summary>
    /// Reads one value of a member that was not built, by the rules of <see cref="ICedarContext.TryRead"/>: absent is what a record that is there does
    /// not have; false where the member must be built to tell. It is the value that the member will have if it is built later, so nothing that
    /// changes from one moment to the next is answered here.
    /// </summary>
    bool TryRead(ContextParts part, ReadOnlySpan<string> path, out CedarScalar value)
    {
        value = CedarScalar.Absent;
        return false;
    }
}
