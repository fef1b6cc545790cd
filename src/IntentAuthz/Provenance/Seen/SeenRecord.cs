namespace IntentAuthz;

/// <summary>One object of a result: what a listing has as a row. It keeps how well the user's request describes it, not what it holds.</summary>
/// <param name="result">The result it came in.</param>
/// <param name="score">How well the request describes it, and by which name.</param>
/// <param name="identity">What tells it from others: its id, or its own text.</param>
internal sealed class SeenRecord(SeenResult result, RecordScore score, string identity)
{
    internal const double LeastScore = 0.5; // half of a name's words, at least

    internal SeenResult Result => result;

    internal RecordScore Score => score;

    internal string Identity => identity;

    /// <summary>Whether the request describes it best of all in its result, and no other as well; or speaks of all of them.</summary>
    internal bool IsDescribed(RequestReading request) =>
        score.Value >= LeastScore && score.Value > result.BestScore - 0.001 && (result.BestCount == 1 || request.AsksForAll);
}
