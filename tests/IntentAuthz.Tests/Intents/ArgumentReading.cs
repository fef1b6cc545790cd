using System.Text;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz.Tests.Intents;

/// <summary>Reads arguments as the guard does, with its default limits unless a test sets others.</summary>
internal static class ArgumentReading
{
    internal static readonly ArgumentLimits Limits = new(1024 * 1024, 32, 10_000);

    internal static ToolDescriptor Tool(string? schema = null, Action<ToolDescriptorBuilder>? more = null)
    {
        ToolDescriptorBuilder builder = ToolDescriptor.For("pay");
        if (schema is not null)
        {
            builder.InputSchema(JsonElement.Parse(schema));
        }

        more?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>A tool whose arguments have these schemas.</summary>
    internal static ToolDescriptor ToolWith(string properties) => Tool($$$"""{"type":"object","properties":{ {{{properties}}} }}""");

    internal static CallArguments Accepted(ToolDescriptor tool, string json, ArgumentLimits? limits = null)
    {
        IntentFailure? failure = new ArgumentReader(limits ?? Limits).Read(tool, new ToolCall(tool.Name, json), out CallArguments arguments, out _);
        Assert.True(failure is null, $"{failure?.ReasonCode}: {failure?.Message}");
        return arguments;
    }

    internal static IntentFailure Refused(ToolDescriptor tool, string json, ArgumentLimits? limits = null) =>
        Refused(tool, Encoding.UTF8.GetBytes(json), limits);

    internal static IntentFailure Refused(ToolDescriptor tool, byte[] json, ArgumentLimits? limits = null)
    {
        IntentFailure? failure = new ArgumentReader(limits ?? Limits).Read(tool, new ToolCall(tool.Name, json), out CallArguments arguments, out _);
        Assert.NotNull(failure);
        Assert.Same(CallArguments.None, arguments);
        return failure;
    }

    internal static CedarValue Value(this CallArguments arguments, string name)
    {
        Assert.True(arguments.Input.TryGetValue(name, out CedarValue? value), $"policy does not see '{name}'");
        return value!;
    }
}
