namespace IntentAuthz.Containment;

/// <summary>
/// <c>shellcheck</c> reads scripts and runs none of them. It looks for its settings beside each script and above it, so that a script elsewhere is not followed; nor
/// are the files that scripts read in, which it opens with <c>-x</c> only.
/// </summary>
internal sealed class ShellcheckRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        flags -a --check-sourced --norc --list-optional
        text -eifsSoW --exclude --include --format --shell --severity --enable --wiki-link-count
        text? -C --color
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        if (call.Arguments is [{ Text: "--version" or "-V" or "--help", IsVague: false }])
        {
            return;
        }

        foreach (string settings in (ReadOnlySpan<string>)["^.", "~/.shellcheckrc", "~/.config/shellcheckrc"])
        {
            effects.Reads(ProgramEffect.Fixed(settings, call.Program.Position));
        }

        var reader = new ArgumentReader(Options, call.WithWhatFollows());
        while (reader.Read())
        {
            if (TellsOption(ref reader, call, effects))
            {
                continue;
            }

            if (reader.Word.Text is { } file && (file.StartsWith('/') || file.Contains("..", StringComparison.Ordinal)))
            {
                effects.Opaque(OpaqueReason.ComputedArgument, $"The settings that lie beside '{file}' name more files.", reader.Word);
            }
            else if (reader.Word.Text != "-")
            {
                effects.Reads(reader.Word);
            }
        }
    }
}
