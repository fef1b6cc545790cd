namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>A policy as the database has it (<see cref="Text"/>), and as it was when setting up made it (<see cref="Made"/>), by which definition.</summary>
internal sealed record FoundPolicy(string Schema, string Table, string Name, string? Definition, string Text, string? Made)
{
    /// <summary>Whether it is what this definition makes, and nobody has changed it since.</summary>
    internal bool Is(RowPolicy policy) => (Schema, Table, Name) == (policy.Schema, policy.Table, policy.Name) && Definition == policy.Definition && Text == Made;
}
