namespace IntentAuthz;

/// <summary>Running text that was seen, folded, by its source: a value is searched in it at the bounds of words. Guarded by its owner.</summary>
internal sealed class SeenTexts
{
    private readonly List<(ValueSource Source, string Text)> _texts = [];

    internal void Add(ValueSource source, string folded) => _texts.Add((source, folded));

    internal bool TrustedHold(string folded, ref long effort)
    {
        foreach ((ValueSource source, string text) in _texts)
        {
            if (source >= ValueSource.TrustedResult && FoldedText.Holds(text, folded, ref effort))
            {
                return true;
            }
        }

        return false;
    }

    internal void Find(string folded, ref ValueSource? best, ref bool untrustedToo, ref bool unknown, ref long effort)
    {
        foreach ((ValueSource source, string text) in _texts)
        {
            bool mattersForTaint = source == ValueSource.UntrustedResult && !untrustedToo;
            if (best is not null && source <= best && !mattersForTaint)
            {
                continue;
            }

            if (effort <= 0)
            {
                unknown = true;
                return;
            }

            if (FoldedText.Holds(text, folded, ref effort))
            {
                untrustedToo |= source == ValueSource.UntrustedResult;
                if (best is null || source > best)
                {
                    best = source;
                }
            }
        }
    }
}
