using System.Buffers;
using System.Globalization;

namespace IntentAuthz.Containment;

/// <summary>
/// <c>psql</c> of PostgreSQL: one statement that is sent to a server by name. What the server does is the server's; commands of psql itself (<c>\!</c>) are not
/// followed, nor are scripts, connection strings and statements that bring programs or other languages along.
/// </summary>
internal sealed class PsqlRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        flags -tAqxwX1aeEz0 --tuples-only --no-align --quiet --expanded --no-password --no-psqlrc --single-transaction --csv
        text -hpUdcFR --host --port --username --dbname --command --field-separator --record-separator
        """);

    private static readonly SearchValues<char> s_name = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    private static readonly SearchValues<char> s_host = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        if (call.Arguments is [{ Text: "--version" or "-V" or "-?" or "--help", IsVague: false }])
        {
            return;
        }

        foreach (string settings in (ReadOnlySpan<string>)["~/.psqlrc", "~/.pgpass", "~/.pg_service.conf", "~/.postgresql", "~/.postgresqlrc", "/etc/postgresql-common", "/etc/postgresql"])
        {
            effects.Reads(ProgramEffect.Fixed(settings, call.Program.Position));
        }

        ShellWord? host = null;
        int? port = 5432;
        bool hasStatement = false;
        bool isPlain = true;
        int names = 0;
        var reader = new ArgumentReader(Options, call.WithWhatFollows());
        while (reader.Read())
        {
            if (reader.Kind == ArgumentKind.Operand)
            {
                isPlain &= ++names <= 2 && IsOf(reader.Word, s_name);
                continue;
            }

            if (!TellsOption(ref reader, call, effects) || reader.Kind != ArgumentKind.Option)
            {
                return;
            }

            switch (reader.Option!.Name)
            {
                case "-h" or "--host":
                    isPlain &= host is null && IsOf(reader.Word, s_host);
                    host = reader.Word;
                    break;
                case "-p" or "--port":
                    isPlain &= int.TryParse(reader.Word.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and < 65536;
                    port = isPlain ? int.Parse(reader.Word.Text!, CultureInfo.InvariantCulture) : null;
                    break;
                case "-U" or "--username" or "-d" or "--dbname":
                    isPlain &= IsOf(reader.Word, s_name);
                    break;
                case "-c" or "--command":
                    hasStatement = true;
                    isPlain &= IsStatement(reader.Word);
                    break;
            }
        }

        if (host is { } named && isPlain && hasStatement)
        {
            effects.Connects(named, port);
        }
        else
        {
            effects.Opaque(OpaqueReason.ForeignCode, $"What '{call.Name}' runs, or where, is not known.", call.Program);
        }
    }

    private static bool IsOf(ShellWord word, SearchValues<char> characters) =>
        word is { IsVague: false, Text: { Length: > 0 } text } && text[0] != '-' && text.AsSpan().IndexOfAnyExcept(characters) < 0;

    private static bool IsStatement(ShellWord word) =>
        word is { IsVague: false, Text: { } text }
        && text.AsSpan().IndexOfAny('\\', '$') < 0
        && !text.Contains("program", StringComparison.OrdinalIgnoreCase)
        && !text.Contains("language", StringComparison.OrdinalIgnoreCase)
        && text.AsSpan().TrimStart() is var begin
        && (begin.StartsWith("select ", StringComparison.OrdinalIgnoreCase) || begin.StartsWith("insert ", StringComparison.OrdinalIgnoreCase) || begin.StartsWith("update ", StringComparison.OrdinalIgnoreCase)
            || begin.StartsWith("delete ", StringComparison.OrdinalIgnoreCase) || begin.StartsWith("explain ", StringComparison.OrdinalIgnoreCase) || begin.StartsWith("show ", StringComparison.OrdinalIgnoreCase));
}
