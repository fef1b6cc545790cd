namespace IntentAuthz.Containment;

/// <summary>An element of <c>name=(…)</c>, with a subscript where it is written <c>[subscript]=value</c>.</summary>
internal readonly record struct ArrayElement(Word? Subscript, Word Value);
