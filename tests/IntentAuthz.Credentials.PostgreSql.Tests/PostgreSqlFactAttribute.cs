namespace IntentAuthz.Credentials.PostgreSql.Tests;

/// <summary>A test against a real server; skipped, with the reason, where none is installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgreSqlFactAttribute : FactAttribute
{
    public PostgreSqlFactAttribute()
    {
        if (TemporaryPostgreSql.WhyMissing is { } why)
        {
            Skip = why;
        }
    }
}
