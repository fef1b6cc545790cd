namespace IntentAuthz.EndToEnd.JustInTimeDatabase;

/// <summary>A test against a real PostgreSQL; skipped, with the reason, where none is installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class JustInTimeDatabaseFactAttribute : FactAttribute
{
    public JustInTimeDatabaseFactAttribute()
    {
        if (TemporaryPostgreSql.WhyMissing is { } why)
        {
            Skip = why;
        }
    }
}
