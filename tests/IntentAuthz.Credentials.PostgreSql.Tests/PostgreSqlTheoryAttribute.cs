namespace IntentAuthz.Credentials.PostgreSql.Tests;

/// <summary>As <see cref="PostgreSqlFactAttribute"/>, for several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PostgreSqlTheoryAttribute : TheoryAttribute
{
    public PostgreSqlTheoryAttribute()
    {
        if (TemporaryPostgreSql.WhyMissing is { } why)
        {
            Skip = why;
        }
    }
}
