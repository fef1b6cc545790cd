using System.Net;
using System.Text;

namespace IntentAuthz.Containment;

/// <summary>Reads the bodies of requests: of an announced length as a stream, in chunks as a whole.</summary>
internal static class RequestBody
{
    private const int MaxLine = 20;

    private static readonly System.Buffers.SearchValues<char> s_hexadecimal = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>
    /// Reads all chunks (RFC 9112, section 7.1). Extensions and trailers are refused: nobody needs them, and they are where readers differ.
    /// </summary>
    internal static async ValueTask<(byte[]? Body, EgressRefusal? Refusal)> ReadChunksAsync(ClientStream client, int maxBytes, CancellationToken cancellationToken)
    {
        using MemoryStream body = new();
        byte[] buffer = new byte[16 * 1024];
        while (true)
        {
            string? line = await ReadLineAsync(client, cancellationToken).ConfigureAwait(false);
            if (line is null || line.Length is 0 or > 16 || line.AsSpan().ContainsAnyExcept(s_hexadecimal))
            {
                return (null, new EgressRefusal(400, EgressCodes.AmbiguousLength));
            }

            ulong size = ulong.Parse(line, System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture);
            if (size > (ulong)(maxBytes - body.Length))
            {
                return (null, new EgressRefusal(413, EgressCodes.BodyTooLarge));
            }

            for (int left = (int)size; left > 0;)
            {
                int read = await client.ReadAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    return (null, new EgressRefusal(400, EgressCodes.AmbiguousLength));
                }

                body.Write(buffer, 0, read);
                left -= read;
            }

            if (await ReadLineAsync(client, cancellationToken).ConfigureAwait(false) is not "")
            {
                return (null, new EgressRefusal(400, EgressCodes.AmbiguousLength));
            }

            if (size == 0)
            {
                return (body.ToArray(), null);
            }
        }
    }

    /// <summary>A short line that ends in CR LF, without it; null for any other.</summary>
    private static async ValueTask<string?> ReadLineAsync(ClientStream client, CancellationToken cancellationToken)
    {
        byte[] one = new byte[1];
        StringBuilder line = new(MaxLine);
        while (line.Length <= MaxLine)
        {
            if (await client.ReadAsync(one, cancellationToken).ConfigureAwait(false) == 0)
            {
                return null;
            }

            line.Append((char)one[0]);
            if (one[0] == '\n')
            {
                return line.Length >= 2 && line[^2] == '\r' && line.ToString(0, line.Length - 2) is var text && !text.Contains('\r', StringComparison.Ordinal) ? text : null;
            }
        }

        return null;
    }

    /// <summary>A body of an announced length, passed on as it comes: exactly that many bytes, or the request fails.</summary>
    internal sealed class Announced(ClientStream client, long length, bool expectsContinue) : HttpContent
    {
        /// <summary>Whether all of it was read, so that what comes next on the connection is another request.</summary>
        internal bool IsComplete { get; private set; }

        internal bool HasBegun { get; private set; }

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            if (HasBegun)
            {
                throw new InvalidOperationException("A body that is passed on as it comes cannot be sent twice.");
            }

            HasBegun = true;
            if (expectsContinue)
            {
                await client.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            }

            byte[] buffer = new byte[64 * 1024];
            for (long left = length; left > 0;)
            {
                int read = await client.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    throw new EgressRefusedException(new EgressRefusal(400, EgressCodes.AmbiguousLength));
                }

                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                left -= read;
            }

            IsComplete = true;
        }
    }
}
