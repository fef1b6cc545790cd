namespace IntentAuthz.EndToEnd;

/// <summary>A test against a real PostgreSQL; skipped, with the reason, where none is installed.</summary>
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
