using System.Collections.Immutable;

namespace IntentAuthz.Containment;

internal sealed partial class ShellWalker
{
    private Outcome ChangeDirectory(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        var start = 0;
        while (start < arguments.Length && arguments[start].Text is "-L" or "-P" or "-e" or "-Pe" or "-eP" or "--")
        {
            start++;
            if (arguments[start - 1].Text == "--")
            {
                break;
            }
        }

        var rest = arguments[start..];
        string[]? target;
        if (rest.Length == 0)
        {
            target = ValueOf("HOME", state) is { Kind: ShellValueKind.Known } home ? All(state.Directories, home) : null;
        }
        else if (rest.Length > 1 || rest[0].Text is not { } text || rest[0].IsVague || text.Length == 0 || (text[0] == '-' && text != "-" && start == 0))
        {
            target = null;
        }
        else if (text == "-")
        {
            target = state.PreviousDirectories;
            Print(null);
        }
        else
        {
            target = EffectRecorder.Resolve(state.Directories, text);
        }

        return new Outcome(Entered(state, target), state);

        static string[]? All(string[]? from, ShellValue value)
        {
            string[]? all = [];
            foreach (var alternative in value.Alternatives)
            {
                all = alternative.IsVague || alternative.Text.Length == 0 ? null : ShellState.Union(all, EffectRecorder.Resolve(from, alternative.Text));
            }

            return all;
        }
    }

    private ShellState Entered(ShellState state, string[]? target)
    {
        _everDirectories = ShellState.Union(_everDirectories, target);
        return state with { Directories = target, PreviousDirectories = state.Directories };
    }

    private Outcome RunDirectoryStack(ShellWord name, ReadOnlySpan<ShellWord> arguments, ShellState state)
    {
        Print(null);
        if (name.Text == "dirs")
        {
            return Outcome.Both(arguments.Length == 0 ? state : state with { DirectoryStack = null });
        }

        if (arguments is [{ Text: "--" }, .. var rest])
        {
            arguments = rest;
        }

        if (name.Text == "popd" && arguments.Length == 0 && state.DirectoryStack is { } stack)
        {
            // With nothing on it, it fails and stays.
            return stack.IsEmpty ? Outcome.Both(state) : new Outcome(Entered(state, stack.Peek()) with { DirectoryStack = stack.Pop() }, state);
        }

        if (name.Text == "pushd" && arguments is [{ Text: [not ('-' or '+'), ..] text, IsVague: false }] && state.Directories is { } directories)
        {
            return new Outcome(Entered(state, EffectRecorder.Resolve(directories, text)) with { DirectoryStack = state.DirectoryStack?.Push(directories) }, state);
        }

        return new Outcome(Entered(state, null) with { DirectoryStack = null }, state);
    }
}
