using System.Collections.Immutable;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>Where the values of one call came from: argument by argument, and by role over all of them, so that one policy covers all tools.</summary>
internal sealed class CallProvenance
{
    private readonly List<ArgumentProvenance> _parts = [];
    private readonly List<(ArgumentRole Role, string Value)> _values = []; // all but texts
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    private CallProvenance(ToolDescriptor tool, JsonElement arguments, SeenValues seen)
    {
        ValueFinder finder = new(seen, tool.Action.Id);
        List<string> texts = [];
        ImmutableArray<KeyValuePair<string, ArgumentProvenance>>.Builder byName = ImmutableArray.CreateBuilder<KeyValuePair<string, ArgumentProvenance>>();
        foreach (JsonProperty argument in arguments.EnumerateObject())
        {
            ArgumentRole role = tool.RoleOf(argument.Name);
            int first = _parts.Count;
            Read(argument.Value, argument.Name, new MemberRole(role, tool.KindOf(argument.Name)), tool.Input.Property(argument.Name), tool, finder, texts);
            byName.Add(KeyValuePair.Create(argument.Name, Worst(role, first)));
        }

        Arguments = byName.ToImmutable();
        Content = texts.Count == 0 ? ContentTie.None
            : texts.Any(t => ContentReading.IsDictated(t, finder)) ? ContentTie.Dictated
            : ContentReading.IsDictating(seen, _names) ? ContentTie.Deviating
            : ContentTie.Free;
    }

    /// <summary>Each argument: the worst over its parts that have the argument's own role.</summary>
    internal ImmutableArray<KeyValuePair<string, ArgumentProvenance>> Arguments { get; }

    /// <summary>How the texts it writes are tied to the request.</summary>
    internal ContentTie Content { get; }

    internal static CallProvenance Of(ToolDescriptor tool, JsonElement arguments, SeenValues seen) => new(tool, arguments, seen);

    /// <summary>Whether it reads a source that the request itself names by its address or path.</summary>
    internal bool NamesSource { get; private set; }

    /// <summary>Every single value.</summary>
    internal IReadOnlyList<ArgumentProvenance> Parts => _parts;

    /// <summary>How far all its values together can be trusted.</summary>
    internal Integrity WorstIntegrity
    {
        get
        {
            Integrity worst = Integrity.Trusted;
            foreach (ArgumentProvenance part in _parts)
            {
                Integrity own = ArgumentProvenance.IsTrusted(part.Source) ? Integrity.Trusted
                    : part.Source == ValueSource.KnownResult ? Integrity.Known
                    : Integrity.Untrusted;
                worst = own < worst ? own : worst;
            }

            return worst;
        }
    }

    /// <summary>What the call used as names is no text to be written, though it stands in quotation marks in the request.</summary>
    internal void UseQuotes(SeenValues seen)
    {
        foreach (string name in _names)
        {
            seen.UseQuote(name);
        }
    }

    /// <summary>Whoever approved the call was shown its values: for this action, and each for its role, they count as theirs from now on. Texts do not.</summary>
    internal void Endorse(string action, SeenValues seen)
    {
        foreach ((ArgumentRole role, string value) in _values)
        {
            seen.Endorse(action, role, value);
        }
    }

    private ArgumentProvenance Worst(ArgumentRole role, int first)
    {
        Finding? worst = null;
        bool carries = false;
        for (int i = first; i < _parts.Count; i++)
        {
            if (_parts[i].Role == role)
            {
                worst = worst?.Worse(_parts[i].Found) ?? _parts[i].Found;
                carries |= _parts[i].Carries;
            }
        }

        // What holds nothing came from nobody but the model.
        return new ArgumentProvenance(role, worst ?? new Finding(ValueSource.Model, ValueLink.None, false), carries);
    }

    private void Read(
        JsonElement value, string path, MemberRole member, JsonShape shape, ToolDescriptor tool, ValueFinder finder, List<string> texts)
    {
        ArgumentRole role = member.Role;
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Read(item, path, member, shape.Items ?? JsonShape.Untyped, tool, finder, texts);
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty part in value.EnumerateObject())
                {
                    string inner = $"{path}.{part.Name}";
                    if (!shape.Knows(part.Name) && !tool.MemberRoles.ContainsKey(inner))
                    {
                        // A name that nobody declared was chosen like any other value.
                        _parts.Add(new ArgumentProvenance(role, finder.Find(part.Name, role), false));
                    }

                    Read(part.Value, inner, tool.MemberRoles.GetValueOrDefault(inner, member), shape.Property(part.Name), tool, finder, texts);
                }

                break;
            case JsonValueKind.String when role == ArgumentRole.Content:
                string text = value.GetString()!;
                if (text.Length > 0)
                {
                    texts.Add(text);
                    _parts.Add(new ArgumentProvenance(role, finder.Find(text, role), ContentReading.Carries(text, finder)));
                }

                break;
            case JsonValueKind.String or JsonValueKind.Number:
                if (value.ValueKind == JsonValueKind.String)
                {
                    _names.Add(FoldedText.Of(value.GetString()!));
                }

                Finding found = finder.Find(value, role, member.Kind);
                NamesSource |= found.Source == ValueSource.UserRequest && value.ToString().AsSpan().IndexOfAny('.', '/') >= 0;
                _parts.Add(new ArgumentProvenance(role, found, false));
                _values.Add((role, value.ToString()));
                break;
        }
    }
}
