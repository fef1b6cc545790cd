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

        try
        {
            JsonDocument document = Parse(utf8, allowDuplicates: false);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
            refusal = Malformed();
        }
        catch (InvalidOperationException)
        {
            // A member whose name is escaped to half a surrogate pair.
            refusal = Malformed();
        }
        catch (JsonException)
        {
            refusal = IsWellFormed(utf8)
                ? new Refusal(JwtRefusalCodes.DuplicateMember, "The token's header or claims hold a member twice.")
                : Malformed();
        }

        return null;
    }

    /// <summary>Whether nothing but duplicates is wrong with it: the parser tells both by the same exception.</summary>
    private static bool IsWellFormed(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using JsonDocument document = Parse(utf8, allowDuplicates: true);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8, bool allowDuplicates) =>
        JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = allowDuplicates });

    private static Refusal Malformed() =>
        new(JwtRefusalCodes.TokenMalformed, "The token's header or claims are no JSON object, or nest too deep.");
}
