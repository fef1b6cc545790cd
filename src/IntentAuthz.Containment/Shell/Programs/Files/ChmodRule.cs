using System.Buffers;

namespace IntentAuthz.Containment;

/// <summary><c>chmod</c>: a mode may begin with a dash, so that <c>-x</c> is no option.</summary>
internal sealed class ChmodRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        gnu
        flags -cfvRHLPh --changes --silent --quiet --verbose --no-preserve-root --preserve-root --recursive --dereference --no-dereference
        read --reference
        """);

    private static readonly SearchValues<char> ModeCharacters = SearchValues.Create("rwxXstugoa01234567,+-=");

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        bool hasMode = false;
        var reader = new ArgumentReader(Options, call.WithWhatFollows());
        while (reader.Read())
        {
            if (reader.Kind == ArgumentKind.Option && reader.Option!.Name == "--reference")
            {
                hasMode = true;
            }
            else if (reader.Kind == ArgumentKind.Unknown && IsMode(reader.Word.Text!))
            {
                hasMode = true;
                RoleTeller.Tell(WordRole.Mode, reader.Word, effects);
                continue;
            }

            if (reader.Kind == ArgumentKind.Unclear && reader.Word.IsPattern && hasMode)
            {
                // Files: one called like an option changes how, one called like a mode changes what is set.
                effects.Opaque(OpaqueReason.ComputedArgument, "A file may be called like an option of 'chmod'.", reader.Word);
                effects.Writes(reader.Word);
            }
            else if (!TellsOption(ref reader, call, effects))
            {
                RoleTeller.Tell(hasMode ? WordRole.Write : WordRole.Mode, reader.Word, effects);
                if (!hasMode && reader.Word is { IsPattern: true, Text: not null })
                {
                    // Of several names the first is the mode and the others are files.
                    effects.Privilege("a file mode that is the name of a file");
                    effects.Writes(reader.Word);
                }

                hasMode = true;
            }
        }
    }

    private static bool IsMode(string text) => !text.AsSpan(1).ContainsAnyExcept(ModeCharacters);
}
