using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// What a task has seen, for finding out where an argument's value came from: the user's request, the host's parameters, and the results so
/// far by how far they may be trusted. Bounded: what does not fit is not kept, and from then on a value that is found nowhere cannot be called
/// harmless. A sub-task looks into the tasks above it. Safe for use by many threads.
/// </summary>
internal sealed class SeenValues
{
    /// <summary>How many characters of results one task remembers.</summary>
    internal const int MaxCharacters = 1024 * 1024;

    /// <summary>
    /// How much searching one call is worth, in steps of about a nanosecond to a few: text made of one letter, searched for thousands of such
    /// values, would otherwise hold a core for minutes.
    /// </summary>
    internal const long MaxEffort = 32 * 1024 * 1024;

    private const int MaxEndorsed = 4096;

    private readonly Lock _adding = new(); // protects everything below but the marks
    private readonly SeenTexts _texts = new();
    private readonly SeenItems _items = new();
    private readonly SeenMentions _mentions = new();
    private readonly HashSet<(string Action, ArgumentRole Role, string Value)> _endorsed = [];
    private readonly HashSet<string> _designated = new(StringComparer.Ordinal);
    private readonly HashSet<string> _usedQuotes = new(StringComparer.Ordinal);
    private RequestReading _request = RequestReading.Nothing;
    private int _characters;
    private volatile bool _overflowed; // the marks only ever rise, so they are read without the lock
    private volatile bool _hasUntrusted;
    private volatile bool _hasSeen;

    internal SeenValues(SeenValues? parent)
    {
        Parent = parent;
    }

    /// <summary>Whether anything untrusted was seen here or above.</summary>
    internal bool HasUntrusted
    {
        get
        {
            for (SeenValues? values = this; values is not null; values = values.Parent)
            {
                if (values._overflowed || values._hasUntrusted)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>The user's request that the task serves: its own, or that of the task above it.</summary>
    internal RequestReading Request
    {
        get
        {
            for (SeenValues? values = this; values is not null; values = values.Parent)
            {
                if (values._request.Text.Length > 0)
                {
                    return values._request;
                }
            }

            return RequestReading.Nothing;
        }
    }

    internal SeenValues? Parent { get; }

    /// <summary>Whether any result was taken in, or forgotten over a restart.</summary>
    internal bool HasSeen
    {
        get => _hasSeen || _overflowed;
    }

    /// <summary>What was seen before a restart is gone: from here on what is found nowhere may have stood in it.</summary>
    internal void Forget()
    {
        lock (_adding)
        {
            _overflowed = true;
        }
    }

    /// <summary>Takes the user's request, before the task can run.</summary>
    internal void SetRequest(string request) => _request = new RequestReading(request);

    /// <summary>Takes text that is all of one source.</summary>
    internal void Add(ValueSource source, string text)
    {
        lock (_adding)
        {
            if (TryTakeRoom(text.Length) && text.Length > 0)
            {
                AddProse(source, FoldedText.Of(text));
            }

            MarkUntrustedIf(source == ValueSource.UntrustedResult);
        }
    }

    /// <summary>Takes the host's own values, before the task can run: any part of their text is as good as the whole.</summary>
    internal void AddParameters(JsonElement parameters)
    {
        switch (parameters.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty member in parameters.EnumerateObject())
                {
                    AddParameters(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in parameters.EnumerateArray())
                {
                    AddParameters(item);
                }

                break;
            default:
                Add(ValueSource.Parameters, parameters.ToString());
                break;
        }
    }

    /// <summary>Takes a result, part by part, and answers the label of the whole.</summary>
    /// <param name="json">The result, or null when it is no JSON.</param>
    /// <param name="text">The result as text.</param>
    /// <param name="labels">What the descriptor says of its parts.</param>
    /// <param name="cap">The best that any part can be, but for those the tool makes itself.</param>
    /// <param name="kind">What kind of things it describes, or null.</param>
    /// <param name="listing">What lists such things: their kind, or the tool.</param>
    /// <param name="isNamed">Whether the request itself names the source, such as a page by its address.</param>
    internal Label AddResult(JsonElement? json, string text, ResultLabels labels, Label cap, bool isNamed, string? kind, string listing = "")
    {
        if (json is null && text.Length == 0)
        {
            return AddNothing(labels.Worst.Combine(cap));
        }

        ResultReading reading = new(Request, kind);
        Label label = json is { } value ? reading.Read(value, labels, cap) : reading.ReadText(text, labels.Worst.Combine(cap));
        lock (_adding)
        {
            _hasSeen = true;
            if (TryTakeRoom(text.Length))
            {
                foreach ((string item, string? itsKind, SeenRecord? record) in reading.Items)
                {
                    _items.Add(item, itsKind, record);
                }

                foreach (SeenRecord described in reading.Described)
                {
                    _items.Describe(listing, described);
                }

                foreach ((ValueSource source, string prose) in reading.Prose)
                {
                    AddProse(source, prose);
                }

                foreach ((ValueSource source, Mention mention) in reading.Mentions)
                {
                    _overflowed |= !_mentions.TryAdd(source, mention);
                }

                if (isNamed && reading.OnlyAddresses() is { } only)
                {
                    _designated.UnionWith(only);
                }
            }

            MarkUntrustedIf(label.Integrity == Integrity.Untrusted);
        }

        return label;
    }

    /// <summary>A result in which there is nothing to find.</summary>
    private Label AddNothing(Label label)
    {
        if (!_hasSeen)
        {
            _hasSeen = true;
        }

        MarkUntrustedIf(label.Integrity == Integrity.Untrusted);
        return label;
    }

    /// <summary>Never writes the mark back as it was read, with or without the lock: another thread's taint would be lost.</summary>
    private void MarkUntrustedIf(bool isUntrusted)
    {
        if (isUntrusted)
        {
            _hasUntrusted = true;
        }
    }

    /// <summary>Notes that a value was shown to somebody who said yes to it, for a role of an action.</summary>
    internal void Endorse(string action, ArgumentRole role, string value)
    {
        lock (_adding)
        {
            if (_endorsed.Count < MaxEndorsed)
            {
                _endorsed.Add((action, role, FoldedText.Of(value)));
            }
        }
    }

    internal bool IsEndorsed(string action, ArgumentRole role, string folded)
    {
        for (SeenValues? values = this; values is not null; values = values.Parent)
        {
            lock (values._adding)
            {
                if (values._endorsed.Contains((action, role, folded)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Notes that a call named something by what the request has in quotation marks: those are names then, not texts to be written.</summary>
    internal void UseQuote(string folded)
    {
        if (Request.Quotes.Contains(folded))
        {
            lock (_adding)
            {
                _usedQuotes.Add(folded);
            }
        }
    }

    internal bool IsUsedQuote(string folded)
    {
        for (SeenValues? values = this; values is not null; values = values.Parent)
        {
            lock (values._adding)
            {
                if (values._usedQuotes.Contains(folded))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The best place that a folded text stands in, by its own words.</summary>
    internal Finding FindText(string folded, string action, ArgumentRole role, string? kind, ref long effort)
    {
        bool unknown = false;
        ValueSource? best = null;
        ValueLink link = ValueLink.None;
        bool untrustedToo = false;
        for (SeenValues? values = this; values is not null; values = values.Parent)
        {
            lock (values._adding)
            {
                unknown |= values._overflowed;
                if (values._items.TryGet(folded, kind, Request, out ValueLink linked))
                {
                    best = Better(best, ValueSource.TrustedResult);
                    link = linked != ValueLink.None ? linked : link;
                }

                values._texts.Find(folded, ref best, ref untrustedToo, ref unknown, ref effort);
                if (link == ValueLink.None && values._designated.Contains(folded))
                {
                    link = ValueLink.Designated;
                }
            }
        }

        if (IsEndorsed(action, role, folded))
        {
            return new Finding(ValueSource.Endorsed, ValueLink.None, false);
        }

        if (unknown)
        {
            // Of what was not kept or not searched nobody knows whether it has a namesake in it, or a stranger who speaks of the value.
            link = ValueLink.None;
            untrustedToo = true;
        }

        return new Finding(best ?? (unknown ? ValueSource.UntrustedResult : ValueSource.Model), link, untrustedToo && best == ValueSource.TrustedResult && link == ValueLink.None);
    }

    /// <summary>The best place that mentions a number.</summary>
    internal Finding FindNumber(decimal value) =>
        Request.Has(MentionKind.Number, value)
            ? new Finding(ValueSource.UserRequest, ValueLink.None, false)
            : Look(m => m.FindNumber(value));

    /// <summary>The best place that mentions a day: year, month and day as one number, the year 0 where it is not known.</summary>
    internal Finding FindDay(int key) =>
        Request.MentionsDate(key) ? new Finding(ValueSource.UserRequest, ValueLink.None, false) : Look(m => m.FindDay(key));

    /// <summary>The best place that mentions a time of day, in minutes; the model's own when none does.</summary>
    internal Finding FindTime(int minutes) =>
        Request.Has(MentionKind.TimeOfDay, minutes) ? new Finding(ValueSource.UserRequest, ValueLink.None, false) : Look(m => m.FindTime(minutes));

    private Finding Look(Func<SeenMentions, SeenMentions.Marks> find)
    {
        SeenMentions.Marks best = default;
        bool overflowed = false;
        for (SeenValues? values = this; values is not null; values = values.Parent)
        {
            lock (values._adding)
            {
                best = best.With(find(values._mentions));
                overflowed |= values._overflowed;
            }
        }

        return new Finding(best.Best ?? (overflowed ? ValueSource.UntrustedResult : ValueSource.Model), ValueLink.None, (best.Untrusted || overflowed) && best.Best > ValueSource.UntrustedResult);
    }

    /// <summary>Whether a word, in its stem, stands in a trusted field or text.</summary>
    internal bool HasTrustedWord(string stem, ref long effort)
    {
        for (SeenValues? values = this; values is not null; values = values.Parent)
        {
            lock (values._adding)
            {
                if (values._items.HasWord(stem) || values._texts.TrustedHold(stem, ref effort))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Whether only strangers' text has these folded words in a row.</summary>
    internal bool IsOnlyStrangers(string folded, ref long effort) =>
        FoldedText.Holds(Request.Text, folded, ref effort)
            ? false
            : FindText(folded, "", ArgumentRole.Content, null, ref effort).Source == ValueSource.UntrustedResult;

    /// <summary>The latest numbers of trusted results, as far as arithmetic looks at them.</summary>
    internal IEnumerable<decimal> TrustedNumbers()
    {
        List<decimal> numbers = [];
        for (SeenValues? values = this; values is not null; values = values.Parent)
        {
            lock (values._adding)
            {
                numbers.AddRange(values._mentions.TrustedNumbers);
            }
        }

        return numbers;
    }

    private static ValueSource Better(ValueSource? a, ValueSource b) => a is { } known && known > b ? known : b;

    private bool TryTakeRoom(int characters)
    {
        if (_characters + characters > MaxCharacters)
        {
            _overflowed = true;
            return false;
        }

        _characters += characters;
        return true;
    }

    private void AddProse(ValueSource source, string folded)
    {
        _texts.Add(source, folded);
        List<Mention> mentions = MentionScanner.Scan(folded, out bool isComplete);
        _overflowed |= !isComplete;
        foreach (Mention mention in mentions)
        {
            _overflowed |= !_mentions.TryAdd(source, mention);
        }
    }
}
