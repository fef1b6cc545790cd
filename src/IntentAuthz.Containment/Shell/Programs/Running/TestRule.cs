namespace IntentAuthz.Containment;

/// <summary><c>test</c> and <c>[</c>: the files it asks about are looked at, never opened.</summary>
internal sealed class TestRule : ProgramRule
{
    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> arguments = call.Arguments;
        for (int i = 0; i < arguments.Length; i++)
        {
            string? text = arguments[i].Text;
            if (text is "-nt" or "-ot" or "-ef" && i > 0)
            {
                effects.Reads(arguments[i - 1]);
            }

            if (text is "-nt" or "-ot" or "-ef" or "-a" or "-b" or "-c" or "-d" or "-e" or "-f" or "-g" or "-h" or "-k" or "-L" or "-N" or "-O" or "-G" or "-p" or "-r" or "-s" or "-S" or "-u" or "-w" or "-x"
                && i + 1 < arguments.Length && arguments[i + 1].Text is not ("]" or ")" or "-a" or "-o"))
            {
                effects.Reads(arguments[i + 1]);
            }
        }
    }
}
