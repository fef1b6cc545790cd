using System.Text;

namespace IntentAuthz.Cedar.Fuzz.Targets;

/// <summary>The texts of decimals, addresses, datetimes and durations.</summary>
internal sealed class ExtensionValueTarget : IFuzzTarget
{
    public string Name => "extension-values";

    public string Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        return string.Join(
            ' ',
            Read<CedarDecimal>("decimal", CedarDecimal.TryParse),
            Read<CedarIpAddress>("ip", CedarIpAddress.TryParse),
            Read<CedarDatetime>("datetime", CedarDatetime.TryParse),
            Read<CedarDuration>("duration", CedarDuration.TryParse));

        string Read<T>(string function, TryParse<T> tryParse)
            where T : CedarValue
        {
            var isValue = tryParse(text, out var value);
            Law.Holds(isValue == (value is not null), $"`{function}` said one thing and gave another.");

            // In a policy the text means the same, and what the value prints as is the value.
            var written = isValue ? value!.ToString() : "0";
            var policy = PolicySet.Parse($"permit(principal, action, resource) when {{ {function}({CedarText.Quote(text)}) == {written} }};");
            var response = CedarAuthorizer.Authorize(new(new("U", "u"), new("Action", "a"), new("R", "r")), policy, EntityStore.Empty);
            Law.Holds(response.Decision == (isValue ? CedarDecision.Allow : CedarDecision.Deny), $"`{function}` gave {written}, and a policy another value.");
            Law.Holds(response.Errors.Count == (isValue ? 0 : 1), $"`{function}` took a text that a policy refuses, or the other way round.");
            return $"{isValue} {(isValue ? written.Length : 0)}";
        }
    }

    private delegate bool TryParse<T>(ReadOnlySpan<char> text, out T? value);
}
