using System.Globalization;
using System.Text;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>Identifiers and literals in statements that take no parameters.</summary>
internal static class SqlText
{
    /// <summary>What PostgreSQL keeps of a name; it cuts off the rest without an error, and the rest could be what tells two names apart.</summary>
    internal const int MaxIdentifierBytes = 63;

    internal static string ValidateIdentifier(string value, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, parameter);
        return Encoding.UTF8.GetByteCount(value) <= MaxIdentifierBytes && !value.Any(char.IsControl)
            ? value
            : throw new ArgumentException($"A name in PostgreSQL has 1 to {MaxIdentifierBytes} bytes and no control characters.", parameter);
    }

    internal static string Quote(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    internal static string Quote(string schema, string name) => $"{Quote(schema)}.{Quote(name)}";

    /// <summary>A literal without backslash escapes, whatever the server's settings.</summary>
    internal static string Literal(string value) =>
        $"{(value.Contains('\\', StringComparison.Ordinal) ? "E" : "")}'{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>In UTC, cut to microseconds: never later than the moment.</summary>
    internal static string Timestamp(DateTimeOffset moment) =>
        $"'{moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}+00'";
}
