using System.Text;

namespace IntentAuthz.Cli.Shell;

/// <summary>Reads commands that are separated by NUL.</summary>
internal static class CommandReader
{
    // A little more than the analyser takes: what is longer gets its answer by its length alone, so the rest of it is not kept.
    private const int MaxKept = 4 * 1_048_576;

    // Bytes that are no UTF-8 become a half of a surrogate pair, which the analyser takes for what it is: text that the shell would see otherwise.
    private static readonly Encoding s_encoding = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new DecoderReplacementFallback("\ufffd"));

    public static IEnumerable<string> Read(Stream input)
    {
        var buffer = new byte[65_536];
        var kept = new MemoryStream();
        var any = false;
        while (true)
        {
            var read = input.Read(buffer, 0, buffer.Length);
            if (read == 0)
            {
                break;
            }

            var start = 0;
            while (start < read)
            {
                var nul = Array.IndexOf(buffer, (byte)0, start, read - start);
                var end = nul < 0 ? read : nul;
                if (kept.Length < MaxKept)
                {
                    kept.Write(buffer, start, end - start);
                }

                any = true;
                start = end + 1;
                if (nul >= 0)
                {
                    yield return Text(kept);
                    kept.SetLength(0);
                    any = false;
                }
            }
        }

        if (any)
        {
            yield return Text(kept);
        }
    }

    private static string Text(MemoryStream bytes)
    {
        var span = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        var text = s_encoding.GetString(span);
        return System.Text.Unicode.Utf8.IsValid(span) ? text : text.Replace('\ufffd', '\udc80');
    }
}
