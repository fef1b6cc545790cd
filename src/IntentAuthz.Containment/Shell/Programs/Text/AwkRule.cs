using System.Buffers;

namespace IntentAuthz.Containment;

/// <summary><c>awk</c>, as far as POSIX goes: the program is read, as it can run, read and write.</summary>
internal sealed class AwkRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        posix
        flags --version
        text -F --field-separator
        text -v --assign
        instructions -f --file
        """);

    private static readonly SearchValues<char> InNames = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        bool hasProgram = false;
        var reader = new ArgumentReader(Options, call.WithWhatFollows());
        while (reader.Read())
        {
            if (TellsOption(ref reader, call, effects))
            {
                hasProgram |= reader.Option?.Name is "-f" or "--file";
                if (reader.Kind == ArgumentKind.Unclear)
                {
                    hasProgram = true;
                }
            }
            else if (!hasProgram)
            {
                hasProgram = true;
                if (reader.Word is { Text: { } program, IsVague: false })
                {
                    new AwkProgram(program, reader.Word.Position, effects).Tell();
                }
                else
                {
                    effects.Opaque(OpaqueReason.ComputedArgument, "The program of 'awk' is computed.", reader.Word);
                }
            }
            else if (!IsAssignment(reader.Word.Text))
            {
                RoleTeller.Tell(WordRole.Read, reader.Word, effects);
            }
        }
    }

    private static bool IsAssignment(string? operand)
    {
        int equals = operand?.IndexOf('=') ?? -1;
        return equals > 0 && !char.IsAsciiDigit(operand![0]) && !operand.AsSpan(0, equals).ContainsAnyExcept(InNames);
    }
}
