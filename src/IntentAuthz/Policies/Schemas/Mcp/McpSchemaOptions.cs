namespace IntentAuthz;

/// <summary>What <see cref="McpSchema"/> makes of a tool list; the options of the reference generator, by its names. All are off unless set.</summary>
public sealed record McpSchemaOptions
{
    /// <summary>Whether the output schema of a tool becomes the optional attribute <c>output</c> of its context.</summary>
    public bool IncludeOutputs { get; init; }

    /// <summary>Whether objects become records instead of entity types. Objects with <c>additionalProperties</c> stay entity types, with tags.</summary>
    public bool ObjectsAsRecords { get; init; }

    /// <summary>Whether <c>@mcp_principal</c>, <c>@mcp_resource</c>, <c>@mcp_context</c> and <c>@mcp_action</c> stay in the schema.</summary>
    public bool KeepAnnotations { get; init; }

    /// <summary>Whether everything is put into the stub's namespace: <c>Foo::Bar::Baz</c> becomes <c>Foo::Bar_Baz</c>.</summary>
    public bool FlattenNamespaces { get; init; }

    /// <summary>Whether <c>number</c> and <c>float</c> become <c>decimal</c> instead of entity types that can only be compared.</summary>
    public bool EncodeNumbersAsDecimal { get; init; }
}
