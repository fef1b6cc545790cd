namespace Quickstart;

/// <summary>What can be set from outside, all by environment variables, all optional.</summary>
/// <param name="Policies">QUICKSTART_POLICIES: a directory of Cedar files instead of the sample's own. Change a policy and see which claim falls.</param>
/// <param name="Directory">QUICKSTART_DIRECTORY: where to work, left in place at the end; otherwise a temporary directory that is removed.</param>
/// <param name="ApiKey">OPENAI_API_KEY: asks a real model instead of the scripted one.</param>
/// <param name="ApiBase">OPENAI_BASE_URL: any endpoint that speaks that protocol, such as http://localhost:11434/v1.</param>
/// <param name="ModelName">OPENAI_MODEL.</param>
internal sealed record Settings(string Policies, string? Directory, string? ApiKey, Uri? ApiBase, string ModelName)
{
    internal static Settings FromEnvironment() => new(
        Get("QUICKSTART_POLICIES") ?? Path.Combine(AppContext.BaseDirectory, "policies"),
        Get("QUICKSTART_DIRECTORY"),
        Get("OPENAI_API_KEY"),
        Get("OPENAI_BASE_URL") is { } address ? new Uri(address) : null,
        Get("OPENAI_MODEL") ?? "gpt-4o-mini");

    private static string? Get(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
