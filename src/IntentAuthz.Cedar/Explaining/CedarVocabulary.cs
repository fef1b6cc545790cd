using IntentAuthz.Cedar.Explaining;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>
/// What the things that policies read are called, so that explanations are in the words of those who read them. Filled before it is used;
/// then safe for use by many threads. Its texts are shown as they are: whoever fills it from input escapes that.
/// </summary>
public sealed class CedarVocabulary
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Subject, string Verb, string Complement, bool SaysOpposite)> _conditions = new(StringComparer.Ordinal);

    /// <summary>Calls a value something: <c>Name("context.task.purpose", "the task's purpose")</c>.</summary>
    /// <param name="path">A variable and attributes, as Cedar text. With <c>.*</c> at the end it stands for every attribute there, and
    /// <c>{0}</c> in the noun for its name.</param>
    /// <param name="noun">The words, a singular.</param>
    public CedarVocabulary Name(string path, string noun)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(noun);
        _names[path] = noun;
        return this;
    }

    /// <summary>Says a whole condition in words of its own, also where it must not hold.</summary>
    /// <param name="condition">The condition, as Cedar text; one comparison, test or method call.</param>
    /// <param name="subject">What it is about, a singular: <c>the payee</c>.</param>
    /// <param name="verb">The verb's infinitive: <c>be</c>, <c>have</c>, <c>come</c> or a regular one.</param>
    /// <param name="complement">The rest: <c>from an untrusted source</c>.</param>
    /// <param name="saysOpposite">Whether the words are true where the condition is false, for what reads better so.</param>
    /// <exception cref="FormatException">The condition is not a Cedar expression.</exception>
    public CedarVocabulary Say(string condition, string subject, string verb, string complement, bool saysOpposite = false)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentException.ThrowIfNullOrEmpty(subject);
        ArgumentException.ThrowIfNullOrEmpty(verb);
        ArgumentNullException.ThrowIfNull(complement);
        var source = new SourceText(condition, null);
        var diagnostics = new DiagnosticBag(source);
        var expr = PolicyParser.ParseExpression(source, diagnostics) ?? throw new CedarSyntaxException(diagnostics.ToList());
        _conditions[ExpressionPrinter.Print(expr)] = (subject, verb, complement, saysOpposite);
        return this;
    }

    internal static CedarVocabulary Plain { get; } = new();

    internal bool HasConditions => _conditions.Count > 0;

    internal string? FindName(string path) => _names.GetValueOrDefault(path);

    internal string? FindMember(string parent, string name) =>
        _names.TryGetValue(parent + ".*", out var noun) ? noun.Replace("{0}", name, StringComparison.Ordinal) : null;

    internal Clause? FindCondition(string condition, bool holds) =>
        _conditions.TryGetValue(condition, out var words) ? new(words.Subject, words.Verb, words.Complement, IsNegated: holds == words.SaysOpposite) : null;
}
