using System.Text.Json.Nodes;

namespace IntentAuthz.AgentReplay.Suites;

/// <summary>A descriptor with its input schema, argument by argument: what a host gets from its framework, written out since there is none here.</summary>
internal sealed class SuiteTool
{
    private readonly JsonObject _properties = [];
    private readonly JsonArray _required = [];

    private SuiteTool(string name, ToolEffect effect)
    {
        Descriptor = ToolDescriptor.For(name).Effect(effect);
        if (effect == ToolEffect.Read)
        {
            Descriptor.InActionGroups("reading").Risk(RiskClass.Low).Idempotent();
        }
    }

    internal ToolDescriptorBuilder Descriptor { get; }

    internal static SuiteTool Reads(string name) => new(name, ToolEffect.Read);

    internal static SuiteTool Does(ToolEffect effect, string name, params ReadOnlySpan<string> groups)
    {
        SuiteTool tool = new(name, effect);
        tool.Descriptor.InActionGroups(groups);
        return tool;
    }

    internal SuiteTool Text(string name, ArgumentRole role, bool optional = false, string? kind = null) =>
        Add(name, role, optional, new JsonObject { ["type"] = "string" }, kind);

    internal SuiteTool Number(string name, ArgumentRole role, bool optional = false) => Add(name, role, optional, new JsonObject { ["type"] = "number" });

    internal SuiteTool Integer(string name, ArgumentRole role, bool optional = false) => Add(name, role, optional, new JsonObject { ["type"] = "integer" });

    internal SuiteTool Flag(string name, bool optional = true) => Add(name, ArgumentRole.Selector, optional, new JsonObject { ["type"] = "boolean" });

    internal SuiteTool Texts(string name, ArgumentRole role, bool optional = false) =>
        Add(name, role, optional, new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string" } });

    /// <summary>Of which the schema says nothing.</summary>
    internal SuiteTool Anything(string name, ArgumentRole role, bool optional = false) => Add(name, role, optional, []);

    /// <summary>Files that go with a mail: what kind of reference it is does not matter, which file does.</summary>
    internal SuiteTool Attachments()
    {
        Descriptor.Member("attachments.type", ArgumentRole.Selector).Member("attachments.file_id", ArgumentRole.Target, "file").Member("attachments.file_path", ArgumentRole.Target);
        return Add("attachments", ArgumentRole.Target, optional: true, new JsonObject
        {
            ["type"] = "array",
            ["items"] = new JsonObject { ["type"] = "object", ["additionalProperties"] = true },
        });
    }

    /// <summary>Results that the host's own systems answer for, but for the fields that others write.</summary>
    internal SuiteTool Answers(Integrity integrity, params ReadOnlySpan<string> writtenByOthers)
    {
        Descriptor.ResultLabel(integrity, Confidentiality.Internal);
        foreach (string field in writtenByOthers)
        {
            Descriptor.ResultField(field, Integrity.Untrusted);
        }

        return this;
    }

    internal SuiteTool Field(string path, Integrity integrity, bool assigned = false)
    {
        Descriptor.ResultField(path, integrity, assigned: assigned);
        return this;
    }

    /// <summary>What the ids in its results are ids of.</summary>
    internal SuiteTool Of(string kind)
    {
        Descriptor.ResultKind(kind);
        return this;
    }

    internal ToolDescriptor Build() =>
        Descriptor.InputSchema(new JsonObject { ["type"] = "object", ["properties"] = _properties, ["required"] = _required }.ToJsonString()).Build();

    private SuiteTool Add(string name, ArgumentRole role, bool optional, JsonObject schema, string? kind = null)
    {
        _properties.Add(name, schema);
        if (!optional)
        {
            _required.Add(name);
        }

        Descriptor.Argument(name, role, kind: kind);
        return this;
    }
}
