namespace IntentAuthz.Containment;

internal sealed partial class ShellWalker
{
    private const int MaxEvaluation = 16;

    /// <summary>
    /// Follows arithmetic. The value of a variable is itself evaluated as an expression, and a subscript in it can run commands: so each variable it names must
    /// be known to be a number.
    /// </summary>
    private ShellValue Arithmetic(Word expression)
    {
        // An expansion inside gives text that is evaluated; each must be a number or known.
        var text = new System.Text.StringBuilder();
        var known = ArithmeticParts(expression, text);
        if (!known)
        {
            Opaque(OpaqueReason.UnsupportedConstruct, "A text that is not known is evaluated as arithmetic, which could run commands.", expression.Position);
        }

        ArithmeticText(text.ToString(), expression.Position, 0);
        return ShellValue.Number;
    }

    private bool ArithmeticParts(Word word, System.Text.StringBuilder text)
    {
        if (word.Literal is not null)
        {
            text.Append(word.Literal);
            return true;
        }

        return ArithmeticParts(word.Parts, text);
    }

    private bool ArithmeticParts(WordPart[] parts, System.Text.StringBuilder text)
    {
        var known = true;
        foreach (var part in parts)
        {
            switch (part)
            {
                case LiteralPart literal:
                    text.Append(literal.Text);
                    break;
                case QuotedPart quoted:
                    known &= ArithmeticParts(quoted.Parts, text);
                    break;
                default:
                    var value = ValueOfPart(part);
                    if (value.Exact is { } exact)
                    {
                        text.Append(exact);
                    }
                    else if (value.IsNumber)
                    {
                        text.Append('0');
                    }
                    else
                    {
                        known = false;
                    }

                    break;
            }
        }

        return known;
    }

    /// <summary>An operand of <c>[[ … -eq … ]]</c>, which is evaluated as arithmetic.</summary>
    private void ArithmeticOperand(ShellWord word, ShellValue value)
    {
        if (word.Text is null || word.IsVague)
        {
            if (!value.IsNumber)
            {
                Opaque(OpaqueReason.UnsupportedConstruct, "A text that is not known is evaluated as arithmetic, which could run commands.", word.Position);
            }

            return;
        }

        ArithmeticText(word.Text, word.Position, 0);
    }

    /// <summary>Looks through an expression for what it evaluates and sets.</summary>
    private void ArithmeticText(string text, int position, int depth)
    {
        if (text.AsSpan().IndexOfAny("$`") >= 0)
        {
            Opaque(OpaqueReason.UnsupportedConstruct, "Arithmetic evaluates a text that runs commands.", position);
            return;
        }

        if (depth > MaxEvaluation)
        {
            TooLarge("Variables are evaluated as arithmetic through too many others.", position);
            return;
        }

        var assigns = Assigns(text);
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiLetter(text[i]) && text[i] != '_')
            {
                if (char.IsAsciiDigit(text[i]))
                {
                    // 0x1f, 2#101, 36#zz
                    while (i + 1 < text.Length && (char.IsAsciiLetterOrDigit(text[i + 1]) || text[i + 1] is '#' or '@' or '_'))
                    {
                        i++;
                    }
                }

                continue;
            }

            var start = i;
            while (i + 1 < text.Length && (char.IsAsciiLetterOrDigit(text[i + 1]) || text[i + 1] == '_'))
            {
                i++;
            }

            var name = text[start..(i + 1)];
            if (IsSet(text, i + 1))
            {
                _state = Set(_state, name, ShellValue.Number, position);
            }
            else
            {
                EvaluateName(name, assigns, position, depth);
            }
        }
    }

    private void EvaluateName(string name, bool assigns, int position, int depth)
    {
        var value = ValueOf(name, _state);
        if (value.Kind == ShellValueKind.Known && !value.IsNumber)
        {
            foreach (var alternative in value.Alternatives)
            {
                if (alternative.IsVague)
                {
                    Opaque(OpaqueReason.UnsupportedConstruct, $"The value of '{name}' is evaluated as arithmetic, which could run commands.", position);
                }
                else if (alternative.Text != name)
                {
                    ArithmeticText(alternative.Text, position, depth + 1);
                }
            }
        }
        else if (_state.Variables.TryGetValue(name, out var variable) && variable.Elements is { } elements)
        {
            foreach (var element in elements)
            {
                if (element.Text is null || element.IsVague || !ShellValue.IsInteger(element.Text))
                {
                    Opaque(OpaqueReason.UnsupportedConstruct, $"The elements of '{name}' are evaluated as arithmetic, which could run commands.", position);
                    break;
                }
            }
        }
        else if (value.Kind == ShellValueKind.Unknown)
        {
            Opaque(OpaqueReason.UnsupportedConstruct, $"The value of '{name}' is not known and is evaluated as arithmetic, which could run commands.", position);
        }

        if (assigns)
        {
            _state = Set(_state, name, value.IsNumber ? ShellValue.Number : ShellValue.Unknown, position);
        }
    }

    // `name = …` sets a variable without looking at what it was.
    private static bool IsSet(string text, int after)
    {
        while (after < text.Length && text[after] is ' ' or '\t')
        {
            after++;
        }

        return after < text.Length && text[after] == '=' && (after + 1 == text.Length || text[after + 1] != '=');
    }

    // `==`, `<=`, `>=` and `!=` compare; any other `=` and a doubled sign set something.
    private static bool Assigns(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=')
            {
                if (i + 1 < text.Length && text[i + 1] == '=')
                {
                    i++;
                    continue;
                }

                var before = i > 0 ? text[i - 1] : ' ';
                var shifted = i > 1 && text[i - 2] == before;
                if (before == '!' || (before is '<' or '>' && !shifted))
                {
                    continue;
                }

                return true;
            }

            if (text[i] is '+' or '-' && i + 1 < text.Length && text[i + 1] == text[i])
            {
                return true;
            }
        }

        return false;
    }
}
