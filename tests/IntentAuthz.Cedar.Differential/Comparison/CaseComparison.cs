using System.Text.Json;
using IntentAuthz.Cedar.Differential.Generation;
using IntentAuthz.Cedar.Differential.Reference;

namespace IntentAuthz.Cedar.Differential.Comparison;

/// <summary>Asks both, and tells where the answers differ. For one caller at a time.</summary>
internal sealed class CaseComparison(ReferenceProcess reference)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly SortedDictionary<string, int> _answers = new(StringComparer.Ordinal);

    /// <summary>How often each kind of question got each kind of answer: a run that only sees refusals says little.</summary>
    public string Summary => string.Join(", ", _answers.Select(answer => $"{answer.Value} {answer.Key}"));

    public async Task<IReadOnlyList<Difference>> CompareAsync(DifferentialCase @case)
    {
        var questions = CaseExamination.Of(@case);
        foreach (var question in questions)
        {
            var answer = $"{question.Kind}: {Sort(question.Ours)}";
            _answers[answer] = _answers.GetValueOrDefault(answer) + 1;
        }

        var answers = await reference.AskAsync(questions.Select(question => question.Call)).WaitAsync(Limit);
        var differences = new List<Difference>();
        for (var i = 0; i < answers.Count; i++)
        {
            using var answer = JsonDocument.Parse(answers[i], new() { MaxDepth = 2048 });
            var theirs = questions[i].Read(answer.RootElement);
            if (theirs != questions[i].Ours)
            {
                differences.Add(new(questions[i].Kind, questions[i].About, questions[i].Ours, theirs));
            }
        }

        return differences;
    }

    private static string Sort(string answer) => answer switch
    {
        "accepted" or "refused" => answer,
        _ when answer.StartsWith("errors in []", StringComparison.Ordinal) => "valid",
        _ when answer.StartsWith("errors in", StringComparison.Ordinal) => "invalid",
        _ when answer.StartsWith('{') => "converted",
        _ => $"{answer.Split(' ', 2)[0]}{(answer.EndsWith("errors []", StringComparison.Ordinal) ? "" : " with errors")}",
    };
}
