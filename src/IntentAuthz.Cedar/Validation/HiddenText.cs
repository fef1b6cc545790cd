using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Validation;

/// <summary>
/// Warns of characters that change the direction of the text around them: with them, a policy reads differently from what it
/// says. The reference also warns of look-alike letters of other scripts, for which the base library has no tables.
/// </summary>
internal static class HiddenText
{
    private static readonly System.Buffers.SearchValues<char> DirectionMarks =
        System.Buffers.SearchValues.Create("\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069");

    public static void Check(PolicyBody body, FindingList findings)
    {
        foreach (var constraint in new[] { body.Principal, body.Action, body.Resource })
        {
            foreach (var entity in constraint.EntityArray)
            {
                Check(entity.Id, constraint.Range, findings);
            }
        }

        var pending = new Stack<Expr>(body.Conditions.Select(condition => condition.Body));
        while (pending.TryPop(out var expr))
        {
            foreach (var text in TextsOf(expr))
            {
                Check(text, expr.Range, findings);
            }

            foreach (var child in ExprChildren.Of(expr))
            {
                pending.Push(child);
            }
        }
    }

    private static IEnumerable<string> TextsOf(Expr expr) => expr switch
    {
        LiteralExpr { Value: CedarString text } => [text.Value],
        LiteralExpr { Value: CedarEntity entity } => [entity.Uid.Id],
        GetAttributeExpr get => [get.Attribute],
        HasExpr has => has.Path,
        LikeExpr like => like.Pattern.Parts,
        RecordExpr record => record.Entries.Select(entry => entry.Name),
        _ => [],
    };

    private static void Check(string text, Syntax.TextRange range, FindingList findings)
    {
        if (text.AsSpan().ContainsAny(DirectionMarks))
        {
            findings.Add(FindingCodes.HiddenText, range, $"{CedarText.Quote(CedarText.Shorten(text))} holds characters that change the direction of the text around them", "write them as escapes, such as `\\u{202e}`, or remove them");
        }
    }
}
