using System.CommandLine;
using System.CommandLine.Parsing;

namespace IntentAuthz.Cli.Output;

/// <summary>
/// Refuses paths that are empty, of every verb: they come from variables that are not set, and what a file system says of them names neither. An
/// option or argument is a path if it is of a file or a directory, or if its help calls it <see cref="File"/> or <see cref="FileOrDirectory"/>.
/// </summary>
internal static class NamedPaths
{
    public const string File = "file";

    public const string FileOrDirectory = "path";

    /// <summary>Has a command and all below it refuse them.</summary>
    public static void AddTo(Command command)
    {
        foreach (var option in command.Options.Where(static option => IsPath(option.ValueType, option.HelpName)))
        {
            option.Validators.Add(result => Refuse(result, option.Name));
        }

        foreach (var argument in command.Arguments.Where(static argument => IsPath(argument.ValueType, argument.HelpName)))
        {
            argument.Validators.Add(result => Refuse(result, $"<{argument.Name}>"));
        }

        foreach (var below in command.Subcommands)
        {
            AddTo(below);
        }
    }

    private static bool IsPath(Type type, string? helpName) =>
        typeof(FileSystemInfo).IsAssignableFrom(type.GetElementType() ?? type) || helpName is File or FileOrDirectory;

    private static void Refuse(SymbolResult result, string name)
    {
        if (result.Tokens.Any(static token => string.IsNullOrWhiteSpace(token.Value)))
        {
            result.AddError($"{name} is given an empty path. Is a variable not set?");
        }
    }
}
