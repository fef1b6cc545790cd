namespace IntentAuthz.Cedar;

/// <summary>
/// The context of a request whose values are found when a policy reads them, for hosts that would build a record of which most decisions read
/// little. A <see cref="CedarRecord"/> is one whose values are there already. It must answer consistently for the length of one
/// authorization, and is asked by the thread that authorizes. An exception thrown here leaves the authorization by that exception.
/// </summary>
public interface ICedarContext
{
    /// <summary>Reads one value without the record.</summary>
    /// <param name="path">The names that lead to it, at least one: <c>["input", "amount"]</c> for <c>context.input.amount</c>.</param>
    /// <param name="value">The value; <see cref="CedarScalar.Absent"/> where the record around it is there and has no such attribute.</param>
    /// <returns>
    /// Whether that is the whole answer. False sends the question to <see cref="ToRecord"/>, and is always right: a set, a record, an entity or an
    /// address, a path through an entity, and a path of which an earlier name is missing or leads to a value, since <c>context.a has b</c> fails there
    /// and is not false.
    /// </returns>
    bool TryRead(ReadOnlySpan<string> path, out CedarScalar value);

    /// <summary>The whole context: what <see cref="TryRead"/> answers is what this holds. Asked at most once in one authorization, and not at all by most.</summary>
    CedarRecord ToRecord();
}
