using System.Security.Cryptography;

namespace IntentAuthz;

/// <summary>Where a <see cref="StaticSecretIssuer"/> can fetch secrets without a vault. Each is read anew for every lease, so that a new secret is taken up at once.</summary>
public static class SecretSources
{
    /// <summary>
    /// An environment variable. Every child process inherits it unless the host takes it out, and other processes of the same user can read
    /// it: a file is better.
    /// </summary>
    /// <param name="variable">The variable's name.</param>
    public static Func<string, CancellationToken, ValueTask<Secret>> EnvironmentVariable(string variable)
    {
        ArgumentException.ThrowIfNullOrEmpty(variable);
        return (_, _) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
            ? new ValueTask<Secret>(Secret.FromString(value))
            : throw new InvalidOperationException($"The environment variable '{variable}' is not set; set it to the secret, or take the credential profile out.");
    }

    /// <summary>
    /// A file that only its owner can read (mode 0600 or 0400), without the line break at its end. On Windows its access list is the host's to
    /// keep.
    /// </summary>
    /// <param name="path">The file.</param>
    public static Func<string, CancellationToken, ValueTask<Secret>> File(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return (_, cancellationToken) => ReadAsync(path, cancellationToken);
    }

    private static async ValueTask<Secret> ReadAsync(string path, CancellationToken cancellationToken)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

        // No buffering: the stream would keep a copy that nobody clears.
        FileStream file = new(path, new FileStreamOptions { Options = FileOptions.Asynchronous, BufferSize = 0 });
        await using (file.ConfigureAwait(false))
        {
            // Asked of what was opened, not of the path, which could be another file by now.
            if (!OperatingSystem.IsWindows() && (System.IO.File.GetUnixFileMode(file.SafeFileHandle) & Others) != 0)
            {
                throw new InvalidOperationException($"The secret file '{path}' can be used by others than its owner; set its mode to 0600.");
            }

            byte[] buffer = GC.AllocateUninitializedArray<byte>(Secret.MaxBytes + 3, pinned: true);
            try
            {
                int length = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                return new Secret(buffer.AsSpan(0, length).TrimEnd("\r\n"u8));
            }
            catch (ArgumentException)
            {
                throw new InvalidOperationException($"The secret file '{path}' must hold 1 to {Secret.MaxBytes} bytes of UTF-8 text.");
            }
            finally
            {
                CryptographicOperations.ZeroMemory(buffer);
            }
        }
    }
}
