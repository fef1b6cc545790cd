using System.Text.Json;

namespace IntentAuthz;

/// <summary>JSON pointers (RFC 6901), as references inside a schema are written and as notes say where something stands.</summary>
internal static class JsonPointer
{
    internal static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>Finds what a reference such as <c>#/$defs/Address</c> means within its own document. False for any other document, too.</summary>
    internal static bool TryResolve(JsonElement root, string reference, out JsonElement target)
    {
        target = root;
        if (reference == "#")
        {
            return true;
        }

        if (!reference.StartsWith("#/", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (string part in Uri.UnescapeDataString(reference[2..]).Split('/'))
        {
            string name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target.ValueKind == JsonValueKind.Object)
            {
                if (!target.TryGetProperty(name, out target))
                {
                    return false;
                }
            }
            else if (target.ValueKind != JsonValueKind.Array || !int.TryParse(name, out int index) || index < 0 || index >= target.GetArrayLength())
            {
                return false;
            }
            else
            {
                target = target[index];
            }
        }

        return true;
    }
}
