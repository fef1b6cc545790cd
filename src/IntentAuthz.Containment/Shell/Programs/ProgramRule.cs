namespace IntentAuthz.Containment;

/// <summary>Knows what one program does with its arguments.</summary>
internal abstract class ProgramRule
{
    public abstract void Tell(in ProgramCall call, ProgramEffects effects);
}
