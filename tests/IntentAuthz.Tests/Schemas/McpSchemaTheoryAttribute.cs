namespace IntentAuthz.Tests.Schemas;

/// <summary>A test that needs the data of the reference generator; where it is absent, the test is reported as skipped and says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class McpSchemaTheoryAttribute : TheoryAttribute
{
    public McpSchemaTheoryAttribute()
    {
        if (McpSchemaData.IsAbsent)
        {
            Skip = McpSchemaData.WhyAbsent;
        }
    }
}
