namespace IntentAuthz.Containment;

/// <summary><c>dpkg</c>: what it asks <c>dpkg-query</c> for is known, all else installs or removes software.</summary>
internal sealed class DpkgRule : ProgramRule
{
    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        if (call.Arguments is [{ Text: "--version" or "--help" or "--print-architecture" or "--print-foreign-architectures", IsVague: false }])
        {
            return;
        }

        effects.Reads("/etc/dpkg");
        effects.Reads(ProgramEffect.Fixed("~/.dpkg.cfg", call.Program.Position));
        if (call.Arguments is [{ Text: "-l" or "--list" or "-L" or "--listfiles" or "-s" or "--status" or "-S" or "--search", IsVague: false }, ..] && !call.MoreArguments && AreOperands(call.Arguments[1..]))
        {
            effects.Runs(["dpkg-query", .. call.Arguments]);
            return;
        }

        effects.Privilege("installs or removes software");
        effects.Opaque(OpaqueReason.ForeignCode, "'dpkg' runs the scripts of packages.", call.Program);
    }

    private static bool AreOperands(ReadOnlySpan<ShellWord> words)
    {
        foreach (ShellWord word in words)
        {
            if (word.Text is null || word.MayBeOption)
            {
                return false;
            }
        }

        return true;
    }
}
