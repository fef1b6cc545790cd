namespace IntentAuthz.Containment;

internal sealed partial class ShellWalker
{
    private ShellValue _lastSingle = ShellValue.Unknown;

    /// <summary>Expands a word to any number of fields.</summary>
    private void Expand(Word word, List<ShellWord> output)
    {
        if (word.Literal is not null)
        {
            output.Add(new ShellWord(word.Literal, Place(word.Position)));
            return;
        }

        if (!Step(word.Position))
        {
            output.Add(new ShellWord(null, Place(word.Position)) { IsMany = true });
            return;
        }

        if (!word.HasBraces)
        {
            ExpandFields(word, output);
            return;
        }

        if (BraceExpansion.Expand(word) is not { } words)
        {
            TooLarge("Braces stand for more words than are followed.", Place(word.Position));
            output.Add(new ShellWord(null, Place(word.Position)) { IsMany = true });
            return;
        }

        if (words.Count > 1 && _dialect == ShellDialect.Posix)
        {
            Opaque(OpaqueReason.UnsupportedConstruct, "Braces mean something else in another shell than bash.", Place(word.Position));
        }

        foreach (var one in words)
        {
            if (!Step(word.Position))
            {
                return;
            }

            ExpandFields(one, output);
        }
    }

    private void ExpandFields(Word word, List<ShellWord> output)
    {
        var fields = TakeFields();
        var before = output.Count;
        fields.Begin(output, Place(word.Position));
        ExpandParts(word.Parts, fields, splits: true, isQuoted: false, tildes: word.Parts is [LiteralPart { IsQuoted: false } first, ..] ? TildesOf(first.Text) : Tildes.None);
        fields.End();
        ReturnFields(fields);
        for (var i = before; i < output.Count; i++)
        {
            if (output[i].IsPattern)
            {
                // The shell lists the directories that a pattern leads through.
                _recorder.ReadsIn(_state, output[i]);
            }
        }
    }

    /// <summary>Expands a word to exactly one field, as where no splitting takes place.</summary>
    private ShellWord ExpandSingle(Word word, bool isAssignment = false)
    {
        if (word.Literal is not null)
        {
            _lastSingle = ShellValue.Of(word.Literal);
            return new ShellWord(word.Literal, Place(word.Position));
        }

        // A single expansion has the value of what is expanded, which can be more than a text.
        if (word.Parts is [not LiteralPart and not QuotedPart] || word.Parts is [QuotedPart { Parts: [not LiteralPart] }])
        {
            var part = word.Parts[0] is QuotedPart quoted ? quoted.Parts[0] : word.Parts[0];
            if (part is ParameterPart { Name: not ("@" or "*"), Subscript: null } or SubstitutionPart or ArithmeticPart)
            {
                _lastSingle = ValueOfPart(part);
                return WordOf(_lastSingle, word);
            }
        }

        var output = new List<ShellWord>(1);
        var fields = TakeFields();
        fields.Begin(output, Place(word.Position), globs: false);
        fields.Start();
        ExpandParts(word.Parts, fields, splits: false, isQuoted: false, isAssignment ? Tildes.Value : Tildes.Word);
        fields.End();
        ReturnFields(fields);
        var result = output.Count == 1 ? output[0] : new ShellWord(null, Place(word.Position));
        _lastSingle = ShellValue.Of(result);
        return result;
    }

    private ShellWord WordOf(ShellValue value, Word word) => value.Kind switch
    {
        ShellValueKind.Known when value.Alternatives is [var only] => new ShellWord(only.Text, Place(word.Position)) { IsPattern = only.IsPattern, IsTree = only.IsTree },
        ShellValueKind.Unset => new ShellWord("", Place(word.Position)),
        _ => new ShellWord(null, Place(word.Position)),
    };

    /// <summary>Expands the word behind a redirection: one field, which can be a pattern.</summary>
    private ShellWord ExpandTarget(Word word)
    {
        if (word.Literal is not null)
        {
            return new ShellWord(word.Literal, Place(word.Position));
        }

        var output = new List<ShellWord>(1);
        Expand(word, output);
        return output.Count == 1 ? output[0] with { IsMany = false } : new ShellWord(null, Place(word.Position));
    }

    /// <summary>Expands a word like <c>name=value</c> behind <c>export</c> and its like: no splitting, and tildes as in an assignment.</summary>
    private ShellWord ExpandAssignmentWord(Word word) => ExpandSingle(word, isAssignment: true);

    private static bool IsAssignmentWord(Word word)
    {
        var text = word.Literal ?? (word.Parts is [LiteralPart { IsQuoted: false } first, ..] ? first.Text : "");
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && IsName(text.AsSpan(0, text[equals - 1] == '+' ? equals - 1 : equals));
    }

    private FieldBuilder? _spare;

    // Words are expanded inside words, each with a builder of its own; most are not.
    private FieldBuilder TakeFields()
    {
        var fields = _spare ?? new FieldBuilder();
        _spare = null;
        return fields;
    }

    private void ReturnFields(FieldBuilder fields) => _spare = fields;

    private int Place(int position) => _fixedPosition >= 0 ? _fixedPosition : position;

    private void ExpandParts(WordPart[] parts, FieldBuilder fields, bool splits, bool isQuoted, Tildes tildes)
    {
        for (var i = 0; i < parts.Length; i++)
        {
            switch (parts[i])
            {
                case LiteralPart { IsQuoted: false } literal when !isQuoted:
                    ExpandLiteral(literal.Text, fields, i == 0 ? tildes : tildes & ~Tildes.Start, i + 1 == parts.Length);
                    break;
                case LiteralPart literal:
                    fields.Start();
                    fields.Text(literal.Text, isQuoted: true);
                    break;
                case QuotedPart quoted:
                    if (quoted.Parts is not [ParameterPart { Name: "@" }] and not [ParameterPart { Subscript: not null }])
                    {
                        fields.Start();
                    }

                    ExpandParts(quoted.Parts, fields, splits, isQuoted: true, Tildes.None);
                    break;
                case ExtendedPatternPart extended:
                    ExpandSingle(extended.Pattern);
                    fields.Text("*", isQuoted: false);
                    break;
                case ProcessPart process:
                    RunIsolatedPart(process.Body);
                    fields.Text("/dev/fd/*", isQuoted: false, isPattern: true);
                    break;
                case ParameterPart parameter when IsList(parameter):
                    ExpandList(parameter, fields, splits, isQuoted);
                    break;
                default:
                    AddValue(ValueOfPart(parts[i]), fields, splits && !isQuoted);
                    break;
            }
        }
    }

    private void ExpandLiteral(string text, FieldBuilder fields, Tildes tildes, bool isLast)
    {
        if (tildes == Tildes.None || !text.Contains('~', StringComparison.Ordinal))
        {
            fields.Text(text, isQuoted: false);
            return;
        }

        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var begins = i == 0 ? tildes.HasFlag(Tildes.Start) : (text[i - 1] == ':' && tildes.HasFlag(Tildes.Colon)) || (text[i - 1] == '=' && tildes.HasFlag(Tildes.Equals) && text.IndexOf('=', StringComparison.Ordinal) == i - 1);
            if (text[i] != '~' || !begins)
            {
                continue;
            }

            var end = i + 1;
            while (end < text.Length && text[end] != '/' && !(text[end] == ':' && tildes.HasFlag(Tildes.Colon)))
            {
                end++;
            }

            // A quote or an expansion inside the name keeps it from being one.
            if (end == text.Length && !isLast)
            {
                continue;
            }

            fields.Text(text.AsSpan(start, i - start), isQuoted: false);
            var value = text[(i + 1)..end] switch
            {
                "" => ValueOf("HOME", _state),
                "+" => ValueOf("PWD", _state),
                "-" => ValueOf("OLDPWD", _state),
                _ => ShellValue.Unknown,
            };
            AddValue(_choices is null ? value : _choices.Choose("~" + text[(i + 1)..end], value), fields, splits: false);
            start = end;
            i = end - 1;
        }

        fields.Text(text.AsSpan(start), isQuoted: false);
    }

    /// <summary>Adds a value to a field, or splits it into several.</summary>
    private void AddValue(ShellValue value, FieldBuilder fields, bool splits)
    {
        if (!splits)
        {
            switch (value.Kind)
            {
                case ShellValueKind.Known when value.Alternatives is [var only]:
                    fields.Value(only);
                    break;
                case ShellValueKind.Unset:
                    break;
                default:
                    fields.Unknown(isMany: false);
                    break;
            }

            return;
        }

        var separators = ValueOf("IFS", _state);
        var isDefault = separators.Kind == ShellValueKind.Unset || separators.Exact == " \t\n";
        switch (value.Kind)
        {
            case ShellValueKind.Unset:
                return;
            case ShellValueKind.Number:
                fields.Unknown(isMany: !isDefault);
                return;
            case ShellValueKind.Known when value.Alternatives is [var only]:
                if (only.Text.Length == 0)
                {
                    return;
                }

                if (only.IsPlain && isDefault)
                {
                    fields.Value(only);
                }
                else if (only.IsVague || separators.Exact is not { } set)
                {
                    // A name that matched a pattern can have any characters, also those that split.
                    fields.Unknown(isMany: true);
                }
                else if (only.Text.AsSpan().IndexOfAny(isDefault ? " \t\n" : set) < 0)
                {
                    fields.Text(only.Text, isQuoted: false);
                }
                else if (isDefault)
                {
                    Split(only.Text, fields);
                }
                else
                {
                    fields.Unknown(isMany: true);
                }

                return;
            default:
                fields.Unknown(isMany: true);
                return;
        }
    }

    private void Split(string text, FieldBuilder fields)
    {
        var i = 0;
        while (i < text.Length)
        {
            if (text[i] is ' ' or '\t' or '\n')
            {
                fields.End();
                i++;
                continue;
            }

            var start = i;
            while (i < text.Length && text[i] is not (' ' or '\t' or '\n'))
            {
                i++;
            }

            if (!Step(0))
            {
                return;
            }

            fields.Text(text.AsSpan(start, i - start), isQuoted: false);
        }
    }

    private static bool IsList(ParameterPart part) => part.Name is "@" or "*" || part.Subscript?.Static is "@" or "*" || part.Operator.EndsWith("names", StringComparison.Ordinal);

    /// <summary>Expands <c>$@</c>, <c>${name[@]}</c> and their like.</summary>
    private void ExpandList(ParameterPart part, FieldBuilder fields, bool splits, bool isQuoted)
    {
        var isStar = part.Name == "*" || part.Subscript?.Static == "*" || part.Operator == "*names";
        if (part.IsLength)
        {
            AddValue(part.Subscript is null ? ValueOf("#", _state) : ShellValue.Number, fields, splits && !isQuoted);
            return;
        }

        if (part.Operator.Length > 0 || part.IsIndirect)
        {
            FollowOperands(part);
            fields.Unknown(isMany: splits && !(isQuoted && isStar));
            return;
        }

        var words = part.Subscript is null
            ? _state.Parameters.Words
            : _state.Variables.TryGetValue(part.Name, out var variable) ? variable.Elements ?? (variable.IsArray || variable.Value.Exact is not { } exact ? null : [exact]) : null;
        if (words is null)
        {
            fields.Unknown(isMany: splits && !(isQuoted && isStar));
            return;
        }

        if (!splits || (isQuoted && isStar))
        {
            Joined(words, fields, isStar);
            return;
        }

        for (var i = 0; i < words.Length; i++)
        {
            if (i > 0)
            {
                fields.End();
            }

            var word = words[i];
            if (isQuoted)
            {
                fields.Start();
            }

            if (word.Text is null)
            {
                fields.Unknown(word.IsMany || !isQuoted);
            }
            else if (word.IsTree && isQuoted)
            {
                fields.Value(new ShellText(word.Text, word.IsPattern) { IsTree = true });
            }
            else
            {
                AddValue(ShellValue.Of(word), fields, splits: !isQuoted);
            }
        }
    }

    private void Joined(ShellWord[] words, FieldBuilder fields, bool isStar)
    {
        var separator = isStar && ValueOf("IFS", _state) is { } separators ? separators.Exact is { } known ? known.Length == 0 ? "" : known[..1] : null : " ";
        for (var i = 0; i < words.Length; i++)
        {
            if (words[i].Text is null || words[i].IsVague || (separator is null && i > 0))
            {
                fields.Unknown(isMany: false);
                return;
            }

            if (i > 0)
            {
                fields.Text(separator, isQuoted: true);
            }

            fields.Text(words[i].Text, isQuoted: true);
        }
    }

    private void RunIsolatedPart(CommandList body)
    {
        var state = _state;
        BeginLasting();
        Isolated(body, state, new OutputCapture(), newOutput: true);
        EndLasting();
        _state = state;
    }

    private static Tildes TildesOf(string first) => first.Length > 0 && first.Contains('=', StringComparison.Ordinal) && IsName(first.AsSpan(0, first.IndexOf('=', StringComparison.Ordinal)))
        ? Tildes.Start | Tildes.Equals | Tildes.Colon
        : Tildes.Start;
}
