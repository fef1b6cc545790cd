namespace IntentAuthz.Containment;

/// <summary><c>yq</c> 4 of Mike Farah: an expression, then files. An expression can load others.</summary>
internal sealed class YqRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        flags -CMNPejnrv --colors --no-colors --no-doc --prettyPrint --exit-status --tojson --null-input --unwrapScalar --verbose --version --help
        flags -i --inplace
        text -Iop --indent --output-format --input-format --xml-attribute-prefix --expression
        opaque -s --split-exp --split-exp-file --from-file -f --front-matter
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        bool inPlace = false;
        for (var reader = new ArgumentReader(Options, call.Arguments); reader.Read();)
        {
            inPlace |= reader.Option?.Name is "-i" or "--inplace";
        }

        bool hasExpression = false;
        for (var reader = new ArgumentReader(Options, call.WithWhatFollows()); reader.Read();)
        {
            if (TellsOption(ref reader, call, effects))
            {
                continue;
            }

            if (!hasExpression && reader.Word.Text is "eval" or "e" or "eval-all" or "ea")
            {
                continue;
            }

            if (!hasExpression)
            {
                hasExpression = true;
                if (reader.Word.Text is null || reader.Word.Text.Contains("load", StringComparison.Ordinal) || reader.Word.IsVague)
                {
                    effects.Opaque(OpaqueReason.ComputedArgument, "The expression of 'yq' is computed, or loads files.", reader.Word);
                }

                // A single operand may be a file as well.
                effects.Reads(reader.Word);
            }
            else
            {
                RoleTeller.Tell(inPlace ? WordRole.Change : WordRole.Read, reader.Word, effects);
            }
        }

        if (inPlace)
        {
            effects.Writes("/tmp");
            effects.Deletes("/tmp");
        }
    }
}
