using System.Text.Json;
using System.Text.Unicode;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>Reads a part of a token as a JSON object in the one way in which no two readers can disagree about it.</summary>
internal static class StrictJson
{
    /// <summary>Deep enough for the <c>act</c> chain of the deepest task, see <see cref="ClaimsReader.MaxActors"/>.</summary>
    internal const int MaxDepth = ClaimsReader.MaxActors + 4;

    /// <summary>The document, whose root is an object; or why there is none. The caller disposes it.</summary>
    internal static JsonDocument? TryRead(ReadOnlyMemory<byte> utf8, out Refusal? refusal)
    {
        refusal = null;
        if (!Utf8.IsValid(utf8.Span))
        {
            refusal = Malformed();
            return null;
        }

        JsonDocument? document = TryParse(utf8, allowDuplicates: false);
        if (document?.RootElement.ValueKind == JsonValueKind.Object)
        {
            return document;
        }

        document?.Dispose();
        using JsonDocument? lenient = document is null ? TryParse(utf8, allowDuplicates: true) : null;
        refusal = lenient is null
            ? Malformed()
            : new Refusal(JwtRefusalCodes.DuplicateMember, "The token's header or claims hold a member twice.");
        return null;
    }

    private static JsonDocument? TryParse(ReadOnlyMemory<byte> utf8, bool allowDuplicates)
    {
        try
        {
            return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = allowDuplicates });
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escape that is half a surrogate pair. Neither is worth more than its code: whoever wrote this has no key.
            return null;
        }
    }

    private static Refusal Malformed() =>
        new(JwtRefusalCodes.TokenMalformed, "The token's header or claims are no JSON object, or nest too deep.");
}
