using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit.Abstractions;

namespace IntentAuthz.Containment.Tests.Shell;

/// <summary>
/// What is read here is what bash reads: <c>bash -n</c> takes a text if and only if <see cref="ShellAnalysis.IsParsed"/>. Asked for the corpus of these
/// tests, for texts made from it by small changes, and for every shell script that this machine's packages ship.
/// </summary>
public sealed class AgreementTests(ITestOutputHelper output)
{
    private static readonly string[] s_tokens =
    [
        ";", "&", "|", "(", ")", "{", "}", "\"", "'", "`", "$", "$(", "${", "$((", "))", "<", ">", "<<E\n", "\n", " ", "if", "then", "fi", "do", "done", "while", "for", "in", "case", "esac",
        "!", "[[", "]]", "((", "#", "=", "&&", "||", ";;", "&>", ">&", "<(", "1", "x", "a=", "a=(", "f()", "function ", "time ", "select", "else", "elif", "<<<", "*", "~", "@", "|&", ";&", "<>", "2>", "EOF", "\t", "-", "$'", "until",
    ];

    private static bool IsLong => Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1";

    [Fact]
    public void IsParsed_CorpusAndChangesToIt_AgreesWithBash()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("INTENTAUTHZ_SEED"), CultureInfo.InvariantCulture, out var given) ? given : 20;
        var random = new Random(seed);
        var corpus = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Shell", "Data", "corpus.txt")).TrimEnd('\n').Split("\n%%\n");
        var texts = new List<string>(corpus);
        var count = IsLong ? 40_000 : 2_000;
        while (texts.Count < count)
        {
            var text = corpus[random.Next(corpus.Length)];
            if (random.Next(3) == 0)
            {
                text += "\n" + corpus[random.Next(corpus.Length)];
            }

            texts.Add(Change(random, text));
        }

        Compare([.. texts.Select(Encoding.UTF8.GetBytes)], i => texts[i], $"seed {seed}");
    }

    [Fact]
    public void IsParsed_ScriptsOfTheMachine_AgreesWithBash()
    {
        var files = ShippedScripts.Find();
        Compare([.. files.Select(File.ReadAllBytes)], i => files[i], "shipped scripts");
    }

    private static string Change(Random random, string text)
    {
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(text.Length + 1);
            text = random.Next(4) switch
            {
                0 when at < text.Length => text.Remove(at, Math.Min(random.Next(1, 6), text.Length - at)),
                1 when random.Next(3) == 0 => text[..at],
                2 => string.Join(' ', text.Split(' ').OrderBy(_ => random.Next())),
                _ => text.Insert(at, s_tokens[random.Next(s_tokens.Length)]),
            };
        }

        return text;
    }

    private void Compare(List<byte[]> texts, Func<int, string> name, string what)
    {
        var bash = Bash.Accepts(texts, "");
        var analyzer = new ShellAnalyzer(new ShellAnalyzerOptions { MaxLength = 16_777_216, MaxSteps = 1 });
        var suspects = new List<int>();
        for (var i = 0; i < texts.Count; i++)
        {
            if (analyzer.Analyze(Text(texts[i])).IsParsed != bash[i])
            {
                suspects.Add(i);
            }
        }

        // Some texts bash drops without a word, and what follows them: then it does not see an error behind them either. And it knows extended patterns only
        // when told, where a script tells it by a command that `-n` does not run.
        var dropped = Bash.Accepts([.. suspects.Select(i => (byte[])[.. texts[i], .. "\n)\n"u8])], "");
        var extended = Bash.Accepts([.. suspects.Select(i => texts[i])], "-O extglob");
        var disagreements = suspects.Where((i, at) => !(bash[i] && dropped[at]) && !(!bash[i] && extended[at] && Text(texts[i]).Contains("extglob", StringComparison.Ordinal))).ToList();

        // bash 5.2 does not read `time` before a compound command at the beginning of a substitution or behind a pipe in one; older ones do, and itself elsewhere.
        disagreements.RemoveAll(i => !bash[i] && System.Text.RegularExpressions.Regex.IsMatch(Text(texts[i]), @"[(|]\s*time\s+(-p\s+)?[({]"));
        output.WriteLine($"{what}: {texts.Count} texts, {bash.Count(accepted => accepted)} taken by bash, {disagreements.Count} disagreements");
        Assert.True(disagreements.Count == 0, $"{what}: bash and the analyser disagree on:\n" + string.Join("\n---\n", disagreements.Take(10).Select(i => $"bash {(bash[i] ? "takes" : "refuses")}: {name(i)}")));
    }

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes).Replace("\0", "", StringComparison.Ordinal);
}
