using System.Buffers.Text;
using System.Security.Cryptography;

namespace IntentAuthz.Credentials.PostgreSql;

/// <summary>
/// A password, and what the server keeps of it (RFC 5803). The server is given the latter, so the password stands in none of its logs, statistics
/// and views of running statements.
/// </summary>
internal static class ScramVerifier
{
    private const int PasswordBytes = 32;
    private const int SaltBytes = 16;
    private const int Iterations = 4096; // RFC 7677's least; more would slow logins down and add nothing to 256 random bits

    /// <summary>A new password of 256 random bits, in characters that SASLprep (RFC 4013) leaves as they are.</summary>
    internal static Secret NewPassword()
    {
        Span<byte> random = stackalloc byte[PasswordBytes];
        Span<byte> text = stackalloc byte[Base64Url.GetEncodedLength(PasswordBytes)];
        RandomNumberGenerator.Fill(random);
        Base64Url.EncodeToUtf8(random, text);
        Secret password = new(text);
        CryptographicOperations.ZeroMemory(random);
        CryptographicOperations.ZeroMemory(text);
        return password;
    }

    internal static string Of(Secret password)
    {
        string[] verifier = [""];
        password.Use(verifier, static (utf8, verifier) => verifier[0] = Of(utf8, RandomNumberGenerator.GetBytes(SaltBytes)));
        return verifier[0];
    }

    internal static string Of(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt)
    {
        Span<byte> salted = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> clientKey = stackalloc byte[SHA256.HashSizeInBytes];
        Rfc2898DeriveBytes.Pbkdf2(password, salt, salted, Iterations, HashAlgorithmName.SHA256);
        HMACSHA256.HashData(salted, "Client Key"u8, clientKey);
        string stored = Convert.ToBase64String(SHA256.HashData(clientKey));
        string server = Convert.ToBase64String(HMACSHA256.HashData(salted, "Server Key"u8));
        CryptographicOperations.ZeroMemory(salted);
        CryptographicOperations.ZeroMemory(clientKey);
        return $"SCRAM-SHA-256${Iterations}:{Convert.ToBase64String(salt)}${stored}:{server}";
    }
}
