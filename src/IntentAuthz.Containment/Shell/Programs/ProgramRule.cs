namespace IntentAuthz.Containment;

/// <summary>Knows what one program does with its arguments.</summary>
internal abstract class ProgramRule
{
    public abstract void Tell(in ProgramCall call, ProgramEffects effects);

    /// <summary>Tells what the current argument does unless it is an operand, which is left to the rule.</summary>
    /// <returns>Whether it was told.</returns>
    protected static bool TellsOption(ref ArgumentReader reader, in ProgramCall call, ProgramEffects effects)
    {
        switch (reader.Kind)
        {
            case ArgumentKind.Operand:
                return false;
            case ArgumentKind.Option:
                DeclaredProgram.TellOption(ref reader, effects);
                return true;
            case ArgumentKind.Unknown:
                effects.Opaque(OpaqueReason.UnknownOption, $"The option '{reader.Word.Text}' of '{call.Name}' is not known to be harmless.", reader.Word);
                return true;
            default:
                effects.Opaque(OpaqueReason.ComputedArgument, $"A word that is not known may be an option of '{call.Name}', or several words.", reader.Word);
                return true;
        }
    }
}
