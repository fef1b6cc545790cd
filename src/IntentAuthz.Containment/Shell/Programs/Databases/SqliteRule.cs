using System.Buffers;
using System.Collections.Frozen;

namespace IntentAuthz.Containment;

/// <summary>
/// <c>sqlite3</c> 3.40 to 3.50: a database, then statements. Its language attaches files and its functions read, write and load them, so only plain
/// statements and a few commands that print are known; the rest, and what comes on standard input, is opaque.
/// </summary>
internal sealed class SqliteRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        single
        exits -version --version -help --help
        flags -ascii -bail -batch -box -column -csv -deserialize -echo -header -noheader -html -interactive -json -line -list -markdown -memtrace -nofollow -quote -readonly -safe -stats -table -tabs -unsigned
        flags --bail --batch --box --column --csv --header --noheader --html --json --line --list --markdown --readonly --table --tabs --safe
        text -separator -newline -nullvalue -mmap -maxsize -lookaside -pagecache
        instructions -init --init
        """);

    private static readonly FrozenSet<string> Statements = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "select", "insert", "update", "delete", "create", "drop", "alter", "with", "explain", "begin", "commit", "rollback", "end", "values", "replace", "reindex", "analyze");

    private static readonly FrozenSet<string> Commands = FrozenSet.Create(
        StringComparer.Ordinal, ".tables", ".table", ".schema", ".indexes", ".indices", ".databases", ".headers", ".header", ".mode", ".fullschema", ".dbinfo", ".width", ".show", ".nullvalue", ".separator", ".dump");

    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly string[] NotPlain =
        ["readfile", "writefile", "edit", "load_extension", "fsdir", "zipfile", "virtual", "attach", "vacuum", "pragma", "sqlar", "fts", "lsmode", "csv", "using", "temp_store", "zipfile_cds", "sqlite_dbpage"];

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        effects.Reads(ProgramEffect.Fixed("~/.sqliterc", call.Program.Position));
        bool hasDatabase = false;
        bool hasStatements = false;
        var reader = new ArgumentReader(Options, call.WithWhatFollows());
        while (reader.Read())
        {
            if (reader.Kind == ArgumentKind.Unknown && reader.Word.Text is "-cmd" or "--cmd")
            {
                effects.Opaque(OpaqueReason.UnknownOption, "The command of -cmd is not read.", reader.Word);
            }
            else if (TellsOption(ref reader, call, effects))
            {
                continue;
            }
            else if (!hasDatabase)
            {
                hasDatabase = true;
                Database(reader.Word, effects);
            }
            else
            {
                hasStatements = true;
                Statement(reader.Word, effects);
            }
        }

        if (!hasStatements)
        {
            effects.Opaque(OpaqueReason.ForeignCode, "What 'sqlite3' reads on its standard input is not analysed.", call.Program);
        }
    }

    /// <summary>The database, its journals, and temporary files.</summary>
    private static void Database(ShellWord word, ProgramEffects effects)
    {
        if (word.Text is ":memory:" or "")
        {
            return;
        }

        if (word.Text?.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ?? true)
        {
            effects.Opaque(OpaqueReason.ComputedArgument, "The name of the database is computed or a URI.", word);
            return;
        }

        effects.Reads(word);
        effects.Writes(word);
        foreach (string suffix in (ReadOnlySpan<string>)["-journal", "-wal", "-shm"])
        {
            effects.Reads(word with { Text = word.Text + suffix });
            effects.Writes(word with { Text = word.Text + suffix });
            effects.Deletes(word with { Text = word.Text + suffix });
        }

        effects.Writes("/var/tmp");
        effects.Deletes("/var/tmp");
    }

    private static void Statement(ShellWord word, ProgramEffects effects)
    {
        string? text = word.Text?.Trim();
        bool plain = text is not null && !word.IsVague && (text.StartsWith('.') ? IsPlainCommand(text) : IsPlainSql(text));
        if (!plain)
        {
            effects.Opaque(OpaqueReason.ForeignCode, "The statements of 'sqlite3' may do more than change the database.", word);
        }
    }

    private static bool IsPlainCommand(string text)
    {
        int space = text.IndexOf(' ');
        return Commands.Contains(space < 0 ? text : text[..space]) && !text.AsSpan().ContainsAny("\n|;");
    }

    private static bool IsPlainSql(string text)
    {
        int end = text.AsSpan().IndexOfAnyExcept(Letters);
        if (!Statements.Contains(end < 0 ? text : text[..end]) || text.Contains("\n.", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (string word in NotPlain)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
