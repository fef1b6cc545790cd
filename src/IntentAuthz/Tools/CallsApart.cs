using System.Text.Json;

namespace IntentAuthz;

/// <summary>Calls of a tool that are an action of their own.</summary>
/// <param name="Descriptor">The tool as it is for these calls: its name, arguments and all else are the same.</param>
/// <param name="When">Whether a call is one of them, by what was derived from its arguments.</param>
internal sealed record CallsApart(ToolDescriptor Descriptor, Func<JsonElement, bool> When);
