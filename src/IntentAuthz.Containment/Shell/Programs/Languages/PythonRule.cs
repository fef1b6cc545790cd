namespace IntentAuthz.Containment;

/// <summary><c>python</c>: a script, which is code in a file; a module, which can lie in the working directory; or code in an argument, which is not read.</summary>
internal sealed class PythonRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        posix
        flags -bBdEIOPqRsSuvx
        text -cm
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        if (call.Arguments is [{ Text: "-V" or "-VV" or "--version" or "-h" or "--help", IsVague: false }, ..])
        {
            return;
        }

        ReadOnlySpan<ShellWord> arguments = call.WithWhatFollows();
        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            if (reader.Kind == ArgumentKind.Operand)
            {
                RoleTeller.Tell(WordRole.Script, reader.Word, effects);
                ProjectWords.TellArguments(arguments[reader.Next..], effects);
                return;
            }

            if (!TellsOption(ref reader, call, effects) || reader.Kind != ArgumentKind.Option)
            {
                effects.Opaque(OpaqueReason.ForeignCode, $"What '{call.Name}' runs is not known.", call.Program);
                return;
            }

            if (reader.Option!.Name == "-m")
            {
                Module(reader.Word, call.With(reader.Next < call.Arguments.Length ? call.Arguments[reader.Next..] : default), effects);
                return;
            }

            if (reader.Option.Name == "-c")
            {
                break;
            }
        }

        effects.Opaque(OpaqueReason.ForeignCode, $"'{call.Name}' runs code that is not read.", call.Program);
    }

    private static void Module(ShellWord module, ProgramCall call, ProgramEffects effects)
    {
        // A file of that name in the working directory is taken before the one that is meant.
        effects.RunsCode(".");
        switch (module.Text)
        {
            case "pytest" when !module.IsVague:
                ProgramTable.Find("pytest")!.Tell(call, effects);
                break;
            case "json.tool" or "unittest" or "compileall" or "venv" when !module.IsVague:
                ProgramTable.Find("python-" + module.Text)!.Tell(call, effects);
                break;
            default:
                effects.Opaque(OpaqueReason.ForeignCode, $"What the module '{module.Text}' does with its arguments is not known.", module);
                break;
        }
    }
}
