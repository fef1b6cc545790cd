using System.Buffers;
using System.Collections.Frozen;

namespace IntentAuthz.Containment;

/// <summary>
/// Variables by which code that nobody has read is told how to run, not what. Any other may be the name of a program to a makefile or a script, so that setting it
/// says as little of what runs as an unknown option does.
/// </summary>
internal static class CodeVariables
{
    // No slash, no blank, nothing a shell reads as more than a word.
    private static readonly SearchValues<char> s_plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,:=@+*");

    private static readonly FrozenSet<string> s_harmless = FrozenSet.Create(
        StringComparer.Ordinal,
        "NODE_ENV", "CI", "DEBUG", "VERBOSE", "V", "PORT", "LOG_LEVEL", "LOGLEVEL", "TERM", "TZ", "LANG", "LANGUAGE", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE",
        "RUST_LOG", "RUST_BACKTRACE", "RUST_TEST_THREADS", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PYTHONHASHSEED", "PYTHONUTF8", "DOTNET_NOLOGO", "DOTNET_CLI_TELEMETRY_OPTOUT",
        "DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT", "FLASK_ENV", "FLASK_DEBUG", "RAILS_ENV", "RACK_ENV", "APP_ENV", "MIX_ENV", "GOOS", "GOARCH", "CGO_ENABLED", "GOMAXPROCS", "OMP_NUM_THREADS",
        "HUSKY", "DEBIAN_FRONTEND", "NEXT_TELEMETRY_DISABLED", "PIP_NO_INPUT");

    private static readonly FrozenSet<string> s_ofShell = FrozenSet.Create(
        StringComparer.Ordinal, "IFS", "REPLY", "MAPFILE", "OPTARG", "OPTIND", "OPTERR", "COPROC", "COPROC_PID", "RANDOM", "SECONDS", "PS1", "PS2", "PS3");

    public static bool IsHarmless(string name, string? value) =>
        s_ofShell.Contains(name)
        || ((s_harmless.Contains(name) || name.StartsWith("LC_", StringComparison.Ordinal)) && value is { Length: < 64 } && value.AsSpan().IndexOfAnyExcept(s_plain) < 0 && !value.Contains("..", StringComparison.Ordinal));
}
