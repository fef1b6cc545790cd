namespace IntentAuthz;

/// <summary>
/// The names a host tells OpenTelemetry to listen to: <c>.WithTracing(t =&gt; t.AddSource(IntentAuthzTelemetry.ActivitySourceName))</c> and
/// <c>.WithMetrics(m =&gt; m.AddMeter(IntentAuthzTelemetry.MeterName))</c>. What is emitted, docs/telemetry.md lists; while nobody listens it costs
/// two comparisons a call.
/// </summary>
public static class IntentAuthzTelemetry
{
    /// <summary>The source of the spans <c>authorize {tool}</c> and <c>execute_tool {tool}</c>.</summary>
    public const string ActivitySourceName = "IntentAuthz";

    /// <summary>The meter of all instruments.</summary>
    public const string MeterName = "IntentAuthz";
}
