using System.Globalization;
using System.Text.Json;

using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel;

/// <summary>Turns the guard's result into the function's.</summary>
internal static class FunctionAnswer
{
    private const string GuardResultKey = "IntentAuthz.GuardResult";

    /// <summary>The value that the tool returned, if the guard let it through as it was; else what the model may read.</summary>
    internal static FunctionResult Of(GuardResult result, KernelFunction function, CultureInfo culture, bool isStreaming)
    {
        // The guard drops the original when it had to change the result, and the original's metadata goes with it.
        FunctionResult? original = result.Result?.Original as FunctionResult;
        object? value = result switch
        {
            _ when original is not null => original.GetValue<object>(),
            { IsCompleted: true, Result.Json: { } json } => json,
            { IsCompleted: true } => result.Result!.Text,
            _ => result.ModelText,
        };
        Dictionary<string, object?> metadata = original?.Metadata is { } given ? new(given) : [];
        metadata[GuardResultKey] = result;
        return new FunctionResult(function, isStreaming ? Streamed(value, metadata) : value, culture, metadata);
    }

    internal static GuardResult? GuardResultOf(FunctionResult result) =>
        result.Metadata is { } metadata && metadata.TryGetValue(GuardResultKey, out object? value) ? value as GuardResult : null;

    /// <summary>Text becomes a stream of one item; what else a function returns, Semantic Kernel wraps itself.</summary>
    private static object? Streamed(object? value, Dictionary<string, object?> metadata) => value switch
    {
        string text => new BufferedText(text, metadata),
        KernelContent content => new BufferedText(content.ToString() ?? "", metadata),
        JsonElement json => new BufferedText(json.GetRawText(), metadata),
        _ => value,
    };
}
