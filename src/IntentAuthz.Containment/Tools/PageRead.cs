using System.Buffers;
using System.Text.Json;

namespace IntentAuthz.Containment;

/// <summary>Reads a page, each redirect decided anew.</summary>
internal static class PageRead
{
    internal static async ValueTask<ToolResult> RunAsync(CodeToolOptions options, CodeUrl url, OsCallContainment containment, CancellationToken cancellationToken)
    {
        for (int hop = 0; ; hop++)
        {
            HttpResponseMessage response;
            try
            {
                response = await containment.Http.GetAsync(new Uri(url.Address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }), cancellationToken).ConfigureAwait(false);
            }
            catch (HttpRequestException e)
            {
                return ToolResult.FromText($"error: {e.Message}");
            }

            using (response)
            {
                if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location && hop < options.MaxRedirects)
                {
                    try
                    {
                        url = CodeUrl.Parse(location.IsAbsoluteUri ? location.OriginalString : new Uri(new Uri(url.Address), location).AbsoluteUri);
                        continue;
                    }
                    catch (FormatException e)
                    {
                        return ToolResult.FromText($"error: a redirect was not followed. {e.Message}");
                    }
                }

                byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
                ArrayBufferWriter<byte> buffer = new();
                using (Utf8JsonWriter writer = new(buffer, Answer.Writing))
                {
                    writer.WriteStartObject();
                    writer.WriteString("url", url.Address);
                    writer.WriteNumber("status", (int)response.StatusCode);
                    writer.WriteString("contentType", response.Content.Headers.ContentType?.MediaType ?? "");
                    writer.WriteString("body", Answer.Cut(body, options.MaxAnswerLength));
                    writer.WriteEndObject();
                }

                return ToolResult.FromJson(JsonElement.Parse(buffer.WrittenSpan));
            }
        }
    }
}
