namespace IntentAuthz.Cedar.Differential.Generation;

internal sealed record CaseEntity(CaseUid Uid, IReadOnlyList<CaseMember> Attributes, IReadOnlyList<CaseUid> Parents, IReadOnlyList<CaseMember> Tags)
{
    public string Json =>
        $$"""{"uid":{{Uid.Json}},"attrs":{{CaseMember.Object(Attributes)}},"parents":[{{string.Join(",", Parents.Select(parent => parent.Json))}}]{{(Tags.Count == 0 ? "" : $",\"tags\":{CaseMember.Object(Tags)}")}}}""";
}
