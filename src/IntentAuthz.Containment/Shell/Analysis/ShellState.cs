using System.Collections.Immutable;

namespace IntentAuthz.Containment;

/// <summary>What is known at one point of a text. Immutable.</summary>
internal sealed record ShellState
{
    public const int MaxDirectories = 16;

    private static readonly ImmutableDictionary<string, VariableState> s_variables =
        ImmutableDictionary.Create<string, VariableState>(StringComparer.Ordinal).Add("IFS", new VariableState(ShellValue.Of(" \t\n")));

    private static readonly ImmutableDictionary<string, FunctionState> s_functions = ImmutableDictionary.Create<string, FunctionState>(StringComparer.Ordinal);

    /// <summary>Variables; nothing is known of those that are missing.</summary>
    public ImmutableDictionary<string, VariableState> Variables { get; init; } = s_variables;

    /// <summary>Functions; a name that is missing is certainly none.</summary>
    public ImmutableDictionary<string, FunctionState> Functions { get; init; } = s_functions;

    /// <summary>The directories this can be in: absolute, or relative to where the text starts (empty for that itself). Null: not known.</summary>
    public string[]? Directories { get; init; } = [""];

    /// <summary>What <c>cd -</c> goes back to; null: not known.</summary>
    public string[]? PreviousDirectories { get; init; }

    /// <summary>The directories that <c>popd</c> goes back to; null: not known.</summary>
    public ImmutableStack<string[]>? DirectoryStack { get; init; } = ImmutableStack<string[]>.Empty;

    public PositionalParameters Parameters { get; init; } = PositionalParameters.Unknown;

    /// <summary>Whether variables are exported as they are set.</summary>
    public bool ExportsAll { get; init; }

    public static ShellState Initial(ShellAnalyzerOptions options)
    {
        var variables = s_variables.ToBuilder();
        foreach (var (name, value) in options.Environment)
        {
            if (name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Contains('\0', StringComparison.Ordinal) || value.Contains('\0', StringComparison.Ordinal))
            {
                throw new ArgumentException($"'{name}' cannot be a variable of an environment.", nameof(options));
            }

            variables[name] = new VariableState(ShellValue.Of(value)) { IsExported = true };
        }

        // The shell does not take it from the environment.
        variables["IFS"] = s_variables["IFS"];
        if (options.Home is not null)
        {
            variables["HOME"] = new VariableState(ShellValue.Of(options.Home)) { IsExported = true };
        }

        return new ShellState
        {
            Variables = variables.ToImmutable(),
            Directories = [options.WorkingDirectory is null ? "" : PathNames.Plain(options.WorkingDirectory)],
        };
    }

    /// <summary>What is known where either state can be; null stands for a point that is not reached.</summary>
    public static ShellState? Join(ShellState? left, ShellState? right)
    {
        if (left is null || ReferenceEquals(left, right))
        {
            return right;
        }

        if (right is null)
        {
            return left;
        }

        return new ShellState
        {
            Variables = Join(left.Variables, right.Variables),
            Functions = Join(left.Functions, right.Functions),
            Directories = Union(left.Directories, right.Directories),
            PreviousDirectories = Union(left.PreviousDirectories, right.PreviousDirectories),
            DirectoryStack = ReferenceEquals(left.DirectoryStack, right.DirectoryStack) ? left.DirectoryStack : null,
            Parameters = ReferenceEquals(left.Parameters, right.Parameters) || left.Parameters.Words.AsSpan().SequenceEqual(right.Parameters.Words) ? left.Parameters : PositionalParameters.Unknown,
            ExportsAll = left.ExportsAll || right.ExportsAll,
        };
    }

    /// <summary>
    /// A state that holds whether a loop's body has run once more or not, and that is reached in few steps: whatever the body changed is unknown, or a number.
    /// </summary>
    public static ShellState Widen(ShellState before, ShellState joined)
    {
        var variables = joined.Variables;
        if (!ReferenceEquals(before.Variables, variables))
        {
            var builder = variables.ToBuilder();
            foreach (var (name, variable) in variables)
            {
                if (!before.Variables.TryGetValue(name, out var old) || !old.SameAs(variable))
                {
                    var isNumber = old is not null && old.Value.IsNumber && variable.Value.IsNumber;
                    builder[name] = variable with { Value = isNumber ? ShellValue.Number : ShellValue.Unknown, Elements = null };
                }
            }

            variables = builder.ToImmutable();
        }

        return joined with
        {
            Variables = variables,
            Directories = SameSet(before.Directories, joined.Directories) ? joined.Directories : null,
            PreviousDirectories = SameSet(before.PreviousDirectories, joined.PreviousDirectories) ? joined.PreviousDirectories : null,
        };
    }

    /// <summary>Whether nothing is known in one that is not known in the other.</summary>
    public bool SameAs(ShellState other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (!SameSet(Directories, other.Directories) || !SameSet(PreviousDirectories, other.PreviousDirectories) || !ReferenceEquals(DirectoryStack, other.DirectoryStack)
            || ExportsAll != other.ExportsAll || Variables.Count != other.Variables.Count || Functions.Count != other.Functions.Count
            || !(ReferenceEquals(Parameters, other.Parameters) || Parameters.Words.AsSpan().SequenceEqual(other.Parameters.Words)))
        {
            return false;
        }

        if (!ReferenceEquals(Variables, other.Variables))
        {
            foreach (var (name, variable) in Variables)
            {
                if (!other.Variables.TryGetValue(name, out var same) || !variable.SameAs(same))
                {
                    return false;
                }
            }
        }

        if (!ReferenceEquals(Functions, other.Functions))
        {
            foreach (var (name, function) in Functions)
            {
                if (!other.Functions.TryGetValue(name, out var same) || !function.SameAs(same))
                {
                    return false;
                }
            }
        }

        return true;
    }

    public static string[]? Union(string[]? left, string[]? right)
    {
        if (left is null || right is null || ReferenceEquals(left, right))
        {
            return left is null || right is null ? null : left;
        }

        var all = new List<string>(left);
        foreach (var directory in right)
        {
            if (!all.Contains(directory))
            {
                all.Add(directory);
            }
        }

        return all.Count > MaxDirectories ? null : all.Count == left.Length ? left : [.. all];
    }

    private static bool SameSet(string[]? left, string[]? right) =>
        ReferenceEquals(left, right) || (left is not null && right is not null && left.AsSpan().SequenceEqual(right));

    private static ImmutableDictionary<string, VariableState> Join(ImmutableDictionary<string, VariableState> left, ImmutableDictionary<string, VariableState> right)
    {
        if (ReferenceEquals(left, right))
        {
            return left;
        }

        var builder = left.ToBuilder();
        foreach (var (name, variable) in left)
        {
            if (!right.TryGetValue(name, out var other))
            {
                // What is not listed can be anything; what else is known of the name stays true of it.
                builder[name] = variable with { Value = ShellValue.Unknown, Elements = null };
            }
            else if (!ReferenceEquals(variable, other))
            {
                builder[name] = VariableState.Join(variable, other);
            }
        }

        foreach (var (name, variable) in right)
        {
            if (!left.ContainsKey(name))
            {
                builder[name] = variable with { Value = ShellValue.Unknown, Elements = null };
            }
        }

        return builder.ToImmutable();
    }

    private static ImmutableDictionary<string, FunctionState> Join(ImmutableDictionary<string, FunctionState> left, ImmutableDictionary<string, FunctionState> right)
    {
        if (ReferenceEquals(left, right))
        {
            return left;
        }

        var builder = left.ToBuilder();
        foreach (var (name, function) in left)
        {
            builder[name] = right.TryGetValue(name, out var other) ? FunctionState.Join(function, other) : function with { MayBeNone = true };
        }

        foreach (var (name, function) in right)
        {
            if (!left.ContainsKey(name))
            {
                builder[name] = function with { MayBeNone = true };
            }
        }

        return builder.ToImmutable();
    }
}
