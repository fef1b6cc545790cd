namespace ProtectedService;

/// <summary>What the operator has to say; each of it can stand on the command line, in the environment or in a settings file.</summary>
internal sealed record Settings(string Issuer, Uri Keys, Uri Leases, string Audience, Uri? Origin, bool DemandsNonce)
{
    internal static Settings Read(IConfiguration configuration) => new(
        Needed(configuration, "issuer"),
        new Uri(Needed(configuration, "keys")),
        new Uri(Needed(configuration, "leases")),
        Needed(configuration, "audience"),
        configuration["origin"] is { } origin ? new Uri(origin) : null,
        configuration.GetValue<bool>("nonce"));

    private static string Needed(IConfiguration configuration, string name) =>
        configuration[name] is { Length: > 0 } value ? value : throw new InvalidOperationException($"Give --{name}; see the first lines of Program.cs.");
}
