namespace IntentAuthz.Containment;

/// <summary>An assignment to a variable.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Subscript">What stands in brackets, or null.</param>
/// <param name="IsAppend">Whether it is <c>+=</c>.</param>
/// <param name="Value">The value; empty where there is none.</param>
/// <param name="Elements">The elements of <c>name=(…)</c>, or null.</param>
/// <param name="Position">Where it stands.</param>
internal sealed record Assignment(string Name, Word? Subscript, bool IsAppend, Word Value, ArrayElement[]? Elements, int Position);
