namespace IntentAuthz.Containment;

/// <summary>What is known of programs: which arguments name what they read, write, delete, contact and start.</summary>
internal static class ProgramTable
{
    /// <summary>Reports what a program does when it is called with these arguments.</summary>
    /// <param name="program">The program as it is named: a plain name, or a path.</param>
    /// <param name="arguments">The arguments, without the name.</param>
    /// <param name="moreArguments">Whether arguments follow that are not known before running.</param>
    /// <param name="effects">What is told.</param>
    public static void Tell(ShellWord program, ReadOnlySpan<ShellWord> arguments, bool moreArguments, ProgramEffects effects) =>
        effects.Opaque(OpaqueReason.UnknownProgram, $"Nothing is known of the program '{program.Text}'.", program);
}
