namespace IntentAuthz.Containment;

/// <summary>Reads the arguments of a program as <c>getopt_long</c> does: one option or one operand at a time.</summary>
internal ref struct ArgumentReader(OptionSet options, ReadOnlySpan<ShellWord> arguments)
{
    private readonly ReadOnlySpan<ShellWord> _arguments = arguments;
    private int _next;
    private int _inCluster;
    private bool _optionsEnded = options.Style.HasFlag(OptionStyle.NoOptions);

    public ArgumentKind Kind { get; private set; }

    /// <summary>Where the current argument stands.</summary>
    public int Index { get; private set; }

    /// <summary>The option, for <see cref="ArgumentKind.Option"/>.</summary>
    public ProgramOption? Option { get; private set; }

    /// <summary>Its value, when <see cref="HasValue"/>; the operand; or the word that is not understood.</summary>
    public ShellWord Word { get; private set; }

    public bool HasValue { get; private set; }

    /// <summary>The first argument that was not read yet.</summary>
    public readonly int Next => _next;

    /// <summary>Takes what follows as operands, whatever it looks like.</summary>
    public void EndOptions() => _optionsEnded = true;

    public bool Read()
    {
        Option = null;
        HasValue = false;
        if (_inCluster > 0)
        {
            ReadCluster();
            return true;
        }

        if (_next >= _arguments.Length)
        {
            return false;
        }

        Index = _next++;
        Word = _arguments[Index];
        string? text = Word.Text;
        if (_optionsEnded)
        {
            Kind = ArgumentKind.Operand;
        }
        else if (text is null)
        {
            ReadComputed();
        }
        else if (text.Length < 2 || text[0] != '-')
        {
            Kind = Word.MayBeOption && text != "-" ? ArgumentKind.Unclear : ArgumentKind.Operand;
            _optionsEnded |= options.Style.HasFlag(OptionStyle.OperandEndsOptions);
        }
        else if (text == "--")
        {
            _optionsEnded = true;
            return Read();
        }
        else if (text[1] == '-' || options.Style.HasFlag(OptionStyle.SingleDash))
        {
            ReadLong(text);
        }
        else
        {
            _inCluster = 1;
            ReadCluster();
        }

        return true;
    }

    /// <summary>A word that is not known: its beginning may still name a long option, or rule out that it is one.</summary>
    private void ReadComputed()
    {
        if (!Word.MayBeOption)
        {
            Kind = ArgumentKind.Operand;
            _optionsEnded |= options.Style.HasFlag(OptionStyle.OperandEndsOptions);
            return;
        }

        Kind = ArgumentKind.Unclear;
        int equals = Word.Prefix is { } prefix && prefix.StartsWith("--", StringComparison.Ordinal) && !Word.IsMany ? prefix.IndexOf('=') : -1;
        if (equals > 0 && options.Find(Word.Prefix.AsSpan(0, equals)) is { Value: not OptionValue.None } option)
        {
            Kind = ArgumentKind.Option;
            Option = option;
            HasValue = true;
            Word = Word with { Prefix = Word.Prefix![(equals + 1)..] };
        }
    }

    private void ReadLong(string text)
    {
        int equals = text.IndexOf('=');
        ReadOnlySpan<char> name = equals < 0 ? text : text.AsSpan(0, equals);
        ProgramOption? option = options.Find(name);
        if (option is null && text[1] == '-')
        {
            option = options.FindAbbreviated(name);
        }

        // A pattern in the name of an option is computed; behind the equals sign it can only stand for paths that begin like the word.
        if (option is null || (Word.IsPattern && name.IndexOfAny("*?[") >= 0))
        {
            Kind = ArgumentKind.Unknown;
            return;
        }

        Kind = ArgumentKind.Option;
        Option = option;
        if (equals >= 0)
        {
            if (option.Value == OptionValue.None)
            {
                Kind = ArgumentKind.Unknown;
                return;
            }

            HasValue = true;
            Word = Word with { Text = text[(equals + 1)..], Position = Word.Position };
        }
        else
        {
            TakeValue(option);
        }
    }

    private void ReadCluster()
    {
        string text = _arguments[Index].Text!;
        int at = _inCluster;
        Span<char> name = ['-', text[at]];
        ProgramOption? option = options.Find(name);
        if (option is null || (_arguments[Index].IsPattern && text.AsSpan(at, 1).IndexOfAny("*?[") >= 0))
        {
            Kind = ArgumentKind.Unknown;
            Word = _arguments[Index];
            _inCluster = 0;
            return;
        }

        Kind = ArgumentKind.Option;
        Option = option;
        _inCluster = at + 1 < text.Length ? at + 1 : 0;
        if (option.Value == OptionValue.None)
        {
            Word = _arguments[Index];
        }
        else if (_inCluster > 0)
        {
            HasValue = true;
            Word = _arguments[Index] with { Text = text[_inCluster..] };
            _inCluster = 0;
        }
        else
        {
            TakeValue(option);
        }
    }

    private void TakeValue(ProgramOption option)
    {
        if (option.Value != OptionValue.Required || _next >= _arguments.Length)
        {
            return;
        }

        HasValue = true;
        Word = _arguments[_next++];
        if (Word.IsMany || Word.IsPattern)
        {
            // The value is the first of perhaps several words; the others would be operands or options.
            Kind = ArgumentKind.UnclearValue;
        }
    }
}
