namespace IntentAuthz;

/// <summary>One object of a result: what a listing has as a row. It keeps how well the user's request describes it, not what it holds.</summary>
/// <param name="result">The result it came in.</param>
/// <param name="score">How well the request describes it: 0 not at all, 1 and more when it gives its name.</param>
internal sealed class SeenRecord(SeenResult result, double score)
{
    private const double LeastScore = 0.5; // half of a name's words, at least

    internal SeenResult Result => result;

    internal double Score => score;

    /// <summary>Whether the request describes it, and no other record of the result as well; or speaks of all of them.</summary>
    internal bool IsDescribed(RequestReading request) =>
        score >= LeastScore && score > result.BestScore - 0.001 && (result.BestCount == 1 || request.AsksForAll);
}
