using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace IntentAuthz.Credentials.Jwt;

/// <summary>Reads a JSON Web Key Set from somebody else, bounded and strict.</summary>
internal static class KeySetReader
{
    private const int MaxDepth = 8;

    internal static List<VerificationKey> Read(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > VerificationKeySet.MaxDocumentBytes)
        {
            throw new FormatException($"The key set is larger than {VerificationKeySet.MaxDocumentBytes} bytes.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(
                utf8, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return ReadKeys(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not valid Unicode. The document is not quoted: it may hold anything.
            throw new FormatException("The key set is not well-formed JSON, nests too deep or holds a member twice.", e);
        }
    }

    private static List<VerificationKey> ReadKeys(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("keys"u8, out JsonElement keys)
            || keys.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("The key set is no JSON object with an array 'keys'.");
        }

        if (keys.GetArrayLength() > VerificationKeySet.MaxKeys)
        {
            throw new FormatException($"The key set holds more than {VerificationKeySet.MaxKeys} keys.");
        }

        List<VerificationKey> read = [];
        HashSet<string> ids = new(StringComparer.Ordinal);
        foreach (JsonElement element in keys.EnumerateArray())
        {
            if (ReadKey(element) is not { } key)
            {
                continue;
            }

            if (!ids.Add(key.KeyId))
            {
                throw new FormatException($"The key set holds the key id '{key.KeyId}' twice.");
            }

            read.Add(key);
        }

        return read;
    }

    /// <summary>The key, or null when it is for something else than verifying ES256.</summary>
    private static VerificationKey? ReadKey(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("The key set holds something that is no JSON object.");
        }

        if (element.TryGetProperty("d"u8, out _) || element.TryGetProperty("k"u8, out _))
        {
            throw new FormatException("The key set holds a private or symmetric key; whoever published it must replace that key at once.");
        }

        if (Text(element, "kty"u8) is not "EC"
            || Text(element, "crv"u8) is not "P-256"
            || Text(element, "alg"u8) is not (null or "ES256")
            || Text(element, "use"u8) is not (null or "sig"))
        {
            return null;
        }

        string? id = Text(element, "kid"u8);
        if (id is null || !KeyIds.IsValid(id))
        {
            throw new FormatException("The key set holds an ES256 key whose 'kid' is missing or not 1 to 128 characters of A-Z, a-z, 0-9, '-' and '_'.");
        }

        if (Coordinate(element, "x"u8) is not { } x || Coordinate(element, "y"u8) is not { } y)
        {
            throw new FormatException($"The key '{id}' has no two coordinates of {VerificationKey.CoordinateBytes} bytes.");
        }

        try
        {
            return VerificationKey.FromPoint(id, x, y);
        }
        catch (CryptographicException e)
        {
            throw new FormatException($"The key '{id}' is no point on P-256.", e);
        }
    }

    private static string? Text(JsonElement element, ReadOnlySpan<byte> name) =>
        element.TryGetProperty(name, out JsonElement value)
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : ""
            : null;

    private static byte[]? Coordinate(JsonElement element, ReadOnlySpan<byte> name)
    {
        string? text = Text(element, name);
        if (text is null || !Base64Url.IsValid(text, out int length) || length != VerificationKey.CoordinateBytes)
        {
            return null;
        }

        return Base64Url.DecodeFromChars(text);
    }
}
