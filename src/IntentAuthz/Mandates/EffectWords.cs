using System.Collections.Frozen;

namespace IntentAuthz;

/// <summary>The words that English has for each effect, in the stem in which <see cref="Words"/> compares them. General on purpose: the same for every application.</summary>
internal static class EffectWords
{
    private static readonly FrozenDictionary<ToolEffect, FrozenSet<string>> s_words = new Dictionary<ToolEffect, string>
    {
        [ToolEffect.Create] = """
            create make add set put schedule book reserve plan organize organise arrange write draft generate prepare open register note enter record log
            save store compile produce remind reminder build secure rent hire block download
            """,
        [ToolEffect.Update] = """
            update change modify adjust edit alter correct fix revise amend move reschedule shift postpone push switch replace rename reset sync refresh append
            extend insert increase decrease raise lower set adapt add complete mark
            """,
        [ToolEffect.Delete] = """
            delete remove cancel erase discard clear wipe trash unsubscribe rid revoke undo purge eliminate bin kick expel scrap dispose
            """,
        [ToolEffect.Send] = """
            send mail email message tell inform notify forward write reply respond answer ask post publish announce dm text contact say report remind submit
            deliver upload comment
            """,
        [ToolEffect.Grant] = """
            share invite add give grant allow access permission collaborator join participant include attend transfer hand bring member assign admit invitation onboard
            """,
        [ToolEffect.Pay] = """
            pay send transfer refund reimburse return give back buy purchase settle wire donate tip remit repay top order
            """,
        [ToolEffect.Execute] = "run execute start launch call invoke perform log sign",
    }.ToFrozenDictionary(static w => w.Key, static w => w.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Words.Stem).ToFrozenSet(StringComparer.Ordinal));

    private const int Reach = 3; // words that a negation speaks of: "do not ever again delete"

    // What tools are named with and what says nothing about what they are for.
    private static readonly FrozenSet<string> s_general = s_words.Values.SelectMany(static w => w)
        .Concat(["get", "list", "search", "view", "read", "user", "info", "information", "current", "account", "new", "item", "data", "tool"])
        .Select(Words.Stem)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Every word of a request in its stem, the commonest too; not those that a "not", a "never" or a "without" stands right before.</summary>
    internal static HashSet<string> StemsOf(string request)
    {
        HashSet<string> stems = new(StringComparer.Ordinal);
        int negated = 0;
        foreach (string word in RequestReading.PlainWords(FoldedText.Of(request)))
        {
            if (word is "not" or "never" or "without" or "don" or "doesn" or "shouldn" or "mustn" or "cannot" or "dont")
            {
                negated = Reach;
            }
            else if (negated > 0 && word is "forget" or "hesitate")
            {
                negated = 0; // "do not forget to" asks for it
            }
            else if (word != "t" && negated-- <= 0)
            {
                stems.Add(Words.Stem(word));
            }
        }

        return stems;
    }

    /// <summary>
    /// Whether the words ask for what a tool does: by a word for its effect; or, where a tool makes, changes or says something, by what it is
    /// named for, such as a calendar. To speak of a calendar is not to ask that something in it be cancelled.
    /// </summary>
    internal static bool AskFor(ToolDescriptor tool, IReadOnlySet<string> words) =>
        (s_words.TryGetValue(tool.Effect, out FrozenSet<string>? effect) && words.Any(effect.Contains))
        || (tool.Effect is ToolEffect.Create or ToolEffect.Update or ToolEffect.Send
            && Words.Of(FoldedText.Of(tool.Name)).Any(w => !s_general.Contains(w) && words.Contains(w)));
}
