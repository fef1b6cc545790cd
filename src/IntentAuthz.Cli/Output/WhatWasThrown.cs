using System.CommandLine;
using System.Security.Cryptography;
using IntentAuthz.Sqlite;

namespace IntentAuthz.Cli.Output;

/// <summary>
/// Turns what a verb throws into a message on standard error and an exit code. This is the only place that does, so that no verb can end with a code
/// that means something else: an exception that nobody had thought of would be 1, which is the answer no.
/// </summary>
internal static class WhatWasThrown
{
    /// <summary>Says it, and returns the exit code.</summary>
    public static int Tell(Exception thrown, InvocationConfiguration configuration)
    {
        try
        {
            var output = new VerbOutput(configuration.Output, configuration.Error);
            if (thrown is OperationCanceledException)
            {
                _ = output.NoAnswer("Cancelled.");
                return ExitCode.Cancelled;
            }

            return output.NoAnswer(InWords(thrown is AggregateException { InnerExceptions: [var first, ..] } ? first : thrown));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            return ExitCode.NoAnswer; // standard error cannot be written either
        }
    }

    private static string InWords(Exception thrown) => thrown switch
    {
        PolicyLoadException policies => $"The policies were not loaded: {string.Join(" ", policies.Problems)}",
        IOException or UnauthorizedAccessException or FormatException or ArgumentException or CryptographicException or SqliteStateException => thrown.Message,
        _ => $"The tool itself has failed ({thrown.GetType().Name}): {thrown.Message}",
    };
}
