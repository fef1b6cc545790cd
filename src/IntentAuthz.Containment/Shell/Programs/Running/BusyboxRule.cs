using System.Collections.Frozen;

namespace IntentAuthz.Containment;

/// <summary>
/// <c>busybox</c> and <c>toybox</c>: the applet that the first argument names. Applets have options of their own; only those that take no other
/// ones than the program of the same name are told as that, and the rest is told so and opaque besides.
/// </summary>
internal sealed class BusyboxRule : ProgramRule
{
    private static readonly FrozenSet<string> LikeTheirNamesakes = FrozenSet.Create(
        StringComparer.Ordinal,
        "ash", "basename", "cat", "cp", "cut", "dirname", "echo", "env", "expr", "false", "find", "head", "ls", "mkdir", "mv", "nice", "nohup", "printf", "pwd",
        "readlink", "realpath", "rm", "rmdir", "seq", "sh", "sleep", "sort", "tac", "tail", "tee", "test", "touch", "tr", "true", "uname", "uniq", "wc", "whoami",
        "xargs", "yes");

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        if (call.Arguments is not [{ Text: not ("--help" or "--list" or "--list-full") } applet, ..])
        {
            if (call.MoreArguments)
            {
                effects.Opaque(OpaqueReason.ComputedProgram, $"What '{call.Name}' runs is computed.", call.Program);
            }

            return;
        }

        effects.Runs(call.Arguments, call.MoreArguments);
        if (applet.Text is null || !LikeTheirNamesakes.Contains(applet.Text))
        {
            effects.Opaque(OpaqueReason.UnknownOption, $"The options of the '{applet.Text}' in '{call.Name}' are not described.", applet);
        }
    }
}
