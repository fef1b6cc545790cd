using System.Numerics;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>Reckons the risk score of a call from what was declared, what was found about its values, and what the task has done.</summary>
internal static class RiskAssessment
{
    internal static RiskScore Of(CallContext context, RiskWeights weights) => new(
    [
        new RiskFactor("tool class", weights.ToolClass, (int)context.Tool.Risk / 4.0),
        new RiskFactor("provenance", weights.Provenance, Provenance(context.Provenance)),
        new RiskFactor("magnitude", weights.Magnitude, Magnitude(context)),
        new RiskFactor("novelty", weights.Novelty, Novelty(context)),
        new RiskFactor("signals", weights.Signals, BitOperations.PopCount((uint)context.Task.Signals.Raised) switch { 0 => 0, 1 => 0.5, 2 => 0.75, _ => 1 }),
    ]);

    private static double Provenance(CallProvenance provenance)
    {
        double worst = 0;
        foreach (ArgumentProvenance part in provenance.Parts)
        {
            double weight = part.Role switch
            {
                ArgumentRole.Target or ArgumentRole.Command => 1,
                ArgumentRole.Magnitude => 0.7,
                ArgumentRole.Time => 0.4,
                ArgumentRole.Content => part.Carries ? 0.7 : 0,
                _ => 0.2,
            };
            double distrust = part.Role == ArgumentRole.Content ? 1
                : part.Source == ValueSource.UntrustedResult ? 1
                : part.Source < ValueSource.TrustedResult ? 0.5
                : part.Found.IsContested ? 0.3
                : 0;
            worst = Math.Max(worst, weight * distrust);
        }

        return worst;
    }

    private static double Magnitude(CallContext context)
    {
        if (context.Tool.UsualAmount is not { } usual || !context.Arguments.TryGetProperty(usual.Argument, out JsonElement value))
        {
            return 0;
        }

        // What cannot be read as an amount is as much as can be.
        return value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out decimal amount) ? 1
            : Math.Clamp(Math.Log10(Math.Max(1, (double)(Math.Abs(amount) / usual.Amount))), 0, 1);
    }

    private static double Novelty(CallContext context) =>
        (context.Task.History.Tools.Contains(context.Tool.Name) ? 0 : 0.5) + (context.Task.History.Services.Contains(context.Tool.Service) ? 0 : 0.5);
}
