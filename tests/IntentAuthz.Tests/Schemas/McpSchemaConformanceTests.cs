using System.Text.Json.Nodes;

using IntentAuthz.Cedar;

namespace IntentAuthz.Tests.Schemas;

/// <summary>The schemas that the reference generator makes of the same tool lists with the same option.</summary>
public sealed class McpSchemaConformanceTests
{
    private static readonly Dictionary<string, McpSchemaOptions> s_options = new()
    {
        ["default"] = new(),
        ["include_outputs"] = new() { IncludeOutputs = true },
        ["objects_as_records"] = new() { ObjectsAsRecords = true },
        ["keep_annotations"] = new() { KeepAnnotations = true },
        ["flattened_namespace"] = new() { FlattenNamespaces = true },
        ["encode_numbers_as_decimal"] = new() { EncodeNumbersAsDecimal = true },
    };

    [McpSchemaTheory]
    [InlineData("simple/tool.json", "simple/tool_default", "default")]
    [InlineData("simple/tool.json", "simple/tool_include_outputs", "include_outputs")]
    [InlineData("simple/tool.json", "simple/tool_objects_as_records", "objects_as_records")]
    [InlineData("simple/tool.json", "simple/tool_keep_annotations", "keep_annotations")]
    [InlineData("simple/tool.json", "simple/tool_flattened_namespace", "flattened_namespace")]
    [InlineData("simple/tool.json", "simple/tool_encode_numbers_as_decimal", "encode_numbers_as_decimal")]
    [InlineData("simple/tool_tuple.json", "simple/tool_tuple", "default")]
    [InlineData("simple/tool_mixed_array.json", "simple/tool_mixed_array", "default")]
    [InlineData("simple/tool_nullable_objects.json", "simple/tool_nullable_objects", "default")]
    [InlineData("strands/strands_tools.json", "strands/strands_tools", "default")]
    [InlineData("strands/strands_tools.json", "strands/strands_tools_flat", "flattened_namespace")]
    public void Generate_ToolListOfTheReference_MakesTheSameSchema(string tools, string expected, string options)
    {
        SchemaFragment stub = SchemaFragment.ParseCedar(McpSchemaData.Read("stub.cedarschema"), "stub.cedarschema");

        SchemaFragment made = McpSchema.Generate(stub, McpSchemaData.Read(tools), s_options[options]);

        // Read back from text, in which all names are alike; then as JSON, in which the kinds of names count too.
        Assert.Equal(Normal(SchemaFragment.ParseCedar(McpSchemaData.Read(expected + ".cedarschema"))), Normal(SchemaFragment.ParseCedar(made.ToCedar()!)));
        if (McpSchemaData.Has(expected + ".cedarschema.json"))
        {
            Assert.Equal(Normal(McpSchemaData.Read(expected + ".cedarschema.json")), Normal(made.ToJson()));
        }

        Assert.NotNull(Schema.Create([made]));
    }

    private static string Normal(SchemaFragment schema) => Normal(schema.ToJson());

    private static string Normal(string json) => Sort(JsonNode.Parse(json))!.ToJsonString();

    /// <summary>The same whatever the order of members, whether what is empty is written, and whether a parent action is said to be an <c>Action</c>.</summary>
    private static JsonNode? Sort(JsonNode? node) => node switch
    {
        JsonObject { Count: 2 } parent when parent["id"] is JsonValue && parent["type"] is JsonValue type && (string?)type == "Action" => new JsonObject { ["id"] = parent["id"]!.DeepClone() },
        JsonObject members => new JsonObject(members
            .OrderBy(static m => m.Key, StringComparer.Ordinal)
            .Select(static m => KeyValuePair.Create(m.Key, Sort(m.Value)))
            .Where(static m => !(m is { Key: "appliesTo" or "commonTypes" or "entityTypes" or "actions" or "shape" or "memberOf" or "memberOfTypes" } && IsEmpty(m.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sort)]),
        _ => node?.DeepClone(),
    };

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        JsonArray { Count: 0 } or JsonObject { Count: 0 } => true,
        JsonObject shape when shape["type"] is JsonValue type && (string?)type == "Record" => IsEmpty(shape["attributes"]),
        JsonObject applies when applies["principalTypes"] is JsonArray { Count: 0 } => true,
        _ => false,
    };
}
