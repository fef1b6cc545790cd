namespace IntentAuthz.Cedar.Tests;

/// <summary>Whether the long runs were asked for: <c>./test.sh --long</c>.</summary>
internal static class LongRuns
{
    public static bool Enabled => Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1";
}
