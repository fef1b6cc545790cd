using System.Text.Json;
using IntentAuthz.Cedar.Differential.Generation;
using IntentAuthz.Cedar.Differential.Reference;

namespace IntentAuthz.Cedar.Differential.Comparison;

/// <summary>Asks both, and tells where the answers differ.</summary>
internal static class CaseComparison
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static async Task<IReadOnlyList<Difference>> CompareAsync(DifferentialCase @case, ReferenceProcess reference)
    {
        var questions = CaseExamination.Of(@case);
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
}
