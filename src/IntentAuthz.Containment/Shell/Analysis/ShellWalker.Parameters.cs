using System.Globalization;

namespace IntentAuthz.Containment;

internal sealed partial class ShellWalker
{
    /// <summary>The value of an expansion that is not a list.</summary>
    private ShellValue ValueOfPart(WordPart part)
    {
        switch (part)
        {
            case ParameterPart parameter when IsList(parameter):
                FollowOperands(parameter);
                return parameter.IsLength ? ShellValue.Number : ShellValue.Unknown;
            case ParameterPart parameter:
                return ValueOfParameter(parameter);
            case SubstitutionPart substitution:
                return Substitute(substitution);
            case ArithmeticPart arithmetic:
                return Arithmetic(arithmetic.Expression);
            case UnreadablePart unreadable:
                Opaque(OpaqueReason.UnsupportedConstruct, unreadable.Why, Place(unreadable.Position));
                return ShellValue.Unknown;
            case ProcessPart process:
                RunIsolatedPart(process.Body);
                return ShellValue.Unknown;
            case ExtendedPatternPart extended:
                ExpandSingle(extended.Pattern);
                return ShellValue.Unknown;
            default:
                return ShellValue.Unknown;
        }
    }

    /// <summary>The output of commands: known where they are few and plain.</summary>
    private ShellValue Substitute(SubstitutionPart part)
    {
        if (!Enter(part.Position))
        {
            return ShellValue.Unknown;
        }

        var state = _state;
        var capture = new OutputCapture();
        BeginTogether();
        Isolated(part.Body, state, capture, newOutput: true);
        EndTogether();
        _state = state;
        Leave();
        if (capture.Line is { Text: { } name })
        {
            // Nothing is printed where it fails.
            _printed = ShellValue.Of(new ShellText(name, true) { IsPlain = true });
            return ShellValue.Join(_printed, ShellValue.Empty);
        }

        return capture.Text is { } text && !text.Contains('\0', StringComparison.Ordinal) ? ShellValue.Of(text.TrimEnd('\n')) : ShellValue.Unknown;
    }

    // What the last substitution printed if it succeeded.
    private ShellValue? _printed;

    private ShellValue ValueOfParameter(ParameterPart part)
    {
        ShellValue value;
        if (part.Subscript is { } subscript)
        {
            Subscript(subscript);
            value = Element(part, subscript);
        }
        else
        {
            value = ValueOf(part.Name, _state);
        }

        if (_choices is not null)
        {
            value = _choices.Choose(part.Name, value);
        }

        if (part.IsIndirect)
        {
            value = Indirect(part, value);
        }

        if (part.IsLength)
        {
            return value.Exact is { } exact ? ShellValue.Of(exact.EnumerateRunes().Count().ToString(CultureInfo.InvariantCulture)) : ShellValue.Number;
        }

        return part.Operator.Length == 0 ? value : Operate(part, value);
    }

    private ShellValue Element(ParameterPart part, Word subscript)
    {
        if (part.Name == "PIPESTATUS")
        {
            return ShellValue.Number;
        }

        if (_state.Variables.TryGetValue(part.Name, out var variable) && variable.Elements is { } elements && int.TryParse(subscript.Static, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            for (var i = 0; i < elements.Length && i <= index; i++)
            {
                if (elements[i].IsMany || elements[i].IsVague)
                {
                    return ShellValue.Unknown;
                }
            }

            return index >= elements.Length ? ShellValue.Unset : elements[index].Text is { } text ? ShellValue.Of(text) : ShellValue.Unknown;
        }

        return ShellValue.Unknown;
    }

    private ShellValue Indirect(ParameterPart part, ShellValue value)
    {
        if (value.Exact is { } name && IsName(name))
        {
            var target = ValueOf(name, _state);
            return _choices is null ? target : _choices.Choose(name, target);
        }

        Opaque(OpaqueReason.UnsupportedConstruct, $"'${{!{part.Name}}}' names a variable that is known only when the command runs; a subscript in it could run commands.", 0);
        return ShellValue.Unknown;
    }

    private ShellValue Operate(ParameterPart part, ShellValue value)
    {
        switch (part.Operator)
        {
            case ":-" or "-" or ":=" or "=" or ":+" or "+" or ":?" or "?":
                return Default(part, value);
            case "#" or "##" or "%" or "%%":
                return Trim(part, value);
            case "/" or "//" or "/#" or "/%":
                return Replace(part, value);
            case ":":
                return Slice(part, value);
            case "^" or "^^" or "," or ",,":
                FollowOperands(part);
                return part.Argument is { Literal: "" } or { Literal: null, Parts.Length: 0 } && value.Exact is { } text && IsAscii(text)
                    ? ShellValue.Of(part.Operator switch
                    {
                        "^^" => text.ToUpperInvariant(),
                        ",," => text.ToLowerInvariant(),
                        "^" => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..],
                        _ => text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..],
                    })
                    : ShellValue.Unknown;
            case "@":
                if (part.Argument?.Static is not ("Q" or "E" or "A" or "a" or "U" or "u" or "L" or "K" or "k"))
                {
                    // `@P` expands the value like a prompt, which runs commands in it.
                    Opaque(OpaqueReason.UnsupportedConstruct, $"'${{{part.Name}@…}}' can run commands in the value.", 0);
                }

                return ShellValue.Unknown;
            default:
                FollowOperands(part);
                return ShellValue.Unknown;
        }
    }

    private void FollowOperands(ParameterPart part)
    {
        if (part.Subscript is { } subscript)
        {
            Subscript(subscript);
        }

        if (part.Operator == ":")
        {
            if (part.Argument is { } offset)
            {
                Arithmetic(offset);
            }

            if (part.SecondArgument is { } length)
            {
                Arithmetic(length);
            }

            return;
        }

        if (part.Operator == "@" && part.Argument?.Static is not ("Q" or "E" or "A" or "a" or "U" or "u" or "L" or "K" or "k"))
        {
            Opaque(OpaqueReason.UnsupportedConstruct, $"'${{{part.Name}@…}}' can run commands in the value.", 0);
        }

        if (part.Argument is { } argument)
        {
            ExpandSingle(argument);
        }

        if (part.SecondArgument is { } second)
        {
            ExpandSingle(second);
        }
    }

    private ShellValue Default(ParameterPart part, ShellValue value)
    {
        var colon = part.Operator[0] == ':';
        var isEmpty = value.Kind == ShellValueKind.Unset || (colon && value.Exact == "");
        var isSet = value.Kind == ShellValueKind.Number || (value.Kind == ShellValueKind.Known && !isEmpty);
        ExpandSingle(part.Argument!);
        var word = _lastSingle;
        switch (part.Operator[^1])
        {
            case '-':
                return isSet ? value : isEmpty ? word : ShellValue.Join(value, word);
            case '=':
                if (isSet)
                {
                    return value;
                }

                var assigned = isEmpty ? word : ShellValue.Unknown;
                if (IsName(part.Name))
                {
                    _state = Set(_state, part.Name, assigned, 0);
                }

                return assigned;
            case '+':
                if (isSet || isEmpty)
                {
                    return isSet ? word : ShellValue.Empty;
                }

                var either = ShellValue.Join(ShellValue.Empty, word);
                return _choices is null ? either : _choices.Choose(part, either);
            default:
                return isSet ? value : ShellValue.Unknown;
        }
    }

    private ShellValue Trim(ParameterPart part, ShellValue value)
    {
        ExpandSingle(part.Argument!);
        var pattern = _lastSingle;
        if (value.Kind != ShellValueKind.Known || value.Alternatives is not [var text] || pattern.Exact is not { } glob || !IsPlainPattern(part.Argument!)
            || (glob.AsSpan().IndexOfAny("*?") >= 0 && (text.Text.Length > 2048 || !IsAscii(text.Text))))
        {
            return value.Kind == ShellValueKind.Unset ? value : ShellValue.Unknown;
        }

        var fromStart = part.Operator[0] == '#';
        var longest = part.Operator.Length == 2;
        if (text.IsTree)
        {
            return ShellValue.Unknown;
        }

        if (!text.IsPattern)
        {
            return ShellValue.Of(GlobTrim.Trim(text.Text, glob, fromStart, longest));
        }

        // Of names that match a pattern only what the pattern spells out can be cut.
        if (!fromStart && glob.AsSpan().IndexOfAny("*?[\\") < 0 && text.Text.EndsWith(glob, StringComparison.Ordinal) && text.Text.Length > glob.Length)
        {
            return ShellValue.Of(text.Text[..^glob.Length], isPattern: true);
        }

        if (fromStart && longest && glob == "*/" && !text.Text.Contains("**", StringComparison.Ordinal))
        {
            return ShellValue.Of(text.Text[(text.Text.LastIndexOf('/') + 1)..], isPattern: true);
        }

        return ShellValue.Unknown;
    }

    // Quoted special characters, brackets and extended patterns are left to the shell.
    private static bool IsPlainPattern(Word pattern)
    {
        if (pattern.Literal is not null)
        {
            return true;
        }

        foreach (var part in pattern.Parts)
        {
            switch (part)
            {
                case LiteralPart { IsQuoted: false } literal when literal.Text.AsSpan().IndexOfAny("[\\") < 0:
                case LiteralPart { IsQuoted: true } quoted when quoted.Text.AsSpan().IndexOfAny("*?[\\") < 0:
                    continue;
                default:
                    return false;
            }
        }

        return true;
    }

    private ShellValue Replace(ParameterPart part, ShellValue value)
    {
        ExpandSingle(part.Argument!);
        var pattern = _lastSingle;
        var replacement = ShellValue.Empty;
        if (part.SecondArgument is { } second)
        {
            ExpandSingle(second);
            replacement = _lastSingle;
        }

        if (value.Exact is not { } text || pattern.Exact is not { Length: > 0 } find || replacement.Exact is not { } put || !IsPlainPattern(part.Argument!)
            || find.AsSpan().IndexOfAny("*?[\\") >= 0 || put.AsSpan().IndexOfAny("&\\") >= 0)
        {
            return ShellValue.Unknown;
        }

        switch (part.Operator)
        {
            case "//":
                return (long)text.Length * (put.Length + 1) > 4L * ShellValue.MaxLength ? ShellValue.Unknown : ShellValue.Of(text.Replace(find, put, StringComparison.Ordinal));
            case "/#":
                return ShellValue.Of(text.StartsWith(find, StringComparison.Ordinal) ? put + text[find.Length..] : text);
            case "/%":
                return ShellValue.Of(text.EndsWith(find, StringComparison.Ordinal) ? text[..^find.Length] + put : text);
            default:
                var at = text.IndexOf(find, StringComparison.Ordinal);
                return ShellValue.Of(at < 0 ? text : text[..at] + put + text[(at + find.Length)..]);
        }
    }

    private ShellValue Slice(ParameterPart part, ShellValue value)
    {
        var offset = Integer(part.Argument!);
        var length = part.SecondArgument is null ? int.MaxValue : Integer(part.SecondArgument);
        if (value.Exact is not { } text || !IsAscii(text) || offset is not { } from || length is not { } count)
        {
            return value.Kind == ShellValueKind.Number ? ShellValue.Unknown : value.Kind == ShellValueKind.Unset ? value : ShellValue.Unknown;
        }

        from = from < 0 ? text.Length + from : from;
        if (from < 0 || from > text.Length)
        {
            return ShellValue.Empty;
        }

        var to = count == int.MaxValue ? text.Length : count < 0 ? text.Length + count : Math.Min(text.Length, from + (long)count);
        return to < from ? ShellValue.Unknown : ShellValue.Of(text[from..(int)to]);
    }

    private int? Integer(Word word)
    {
        if (int.TryParse(word.Static, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number)
            && !word.Static!.Trim().TrimStart('-', '+').StartsWith('0'))
        {
            return number;
        }

        if (word.Static?.Trim() == "0")
        {
            return 0;
        }

        Arithmetic(word);
        return null;
    }

    private static bool IsAscii(string text) => System.Text.Ascii.IsValid(text);
}
