namespace IntentAuthz.Credentials.PostgreSql.Tests;

/// <summary>Tests that share the server. Each has a database and a prefix of its own.</summary>
[CollectionDefinition(Name)]
public sealed class OneServer : ICollectionFixture<ServerFixture>
{
    internal const string Name = "PostgreSQL";
}
