using System.CommandLine;

namespace IntentAuthz.Cli.Policies;

/// <summary>The option by which a verb is told the annotation keys that the host registers; the same for every verb that reads policies.</summary>
internal static class AnnotationOption
{
    public static Option<string[]> Create() =>
        new("--annotation") { Description = "An annotation key of the host's own. May be given several times.", HelpName = "key", AllowMultipleArgumentsPerToken = true };
}
