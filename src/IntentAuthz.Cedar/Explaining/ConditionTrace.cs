namespace IntentAuthz.Cedar;

/// <summary>A part of a policy that was evaluated by itself: a part of the scope, or a condition that stands by itself between <c>&amp;&amp;</c>. Immutable.</summary>
public sealed class ConditionTrace
{
    internal ConditionTrace(bool holds, bool expected, string text, SourceSpan span, string sentence, IReadOnlyList<TracedValue> values)
    {
        Holds = holds;
        Expected = expected;
        Text = text;
        Span = span;
        Sentence = sentence;
        Values = values;
    }

    /// <summary>Whether it was as the policy asks.</summary>
    public bool Holds { get; }

    /// <summary>What the policy asks of <see cref="Text"/>: true under <c>when</c> and in the scope, false under <c>unless</c> or <c>!</c>.</summary>
    public bool Expected { get; }

    /// <summary>The condition as Cedar text, cut where it is long.</summary>
    public string Text { get; }

    /// <summary>Where it stands; unknown for a policy that was not read from text.</summary>
    public SourceSpan Span { get; }

    /// <summary>For people, without a full stop: what must be and what is ("amount must be at most 500 (it is 900)"), or what is where it holds.</summary>
    public string Sentence { get; }

    /// <summary>What the condition looked at, and the values it found; at most eight.</summary>
    public IReadOnlyList<TracedValue> Values { get; }

    /// <summary>The sentence and the place.</summary>
    public override string ToString() => Span.IsKnown ? $"{Sentence} [{ExplanationText.Place(Span)}]" : Sentence;
}
