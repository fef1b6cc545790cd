namespace IntentAuthz.Cedar.Differential.Generation;

internal sealed record CaseRequest(CaseUid Principal, CaseUid Action, CaseUid Resource, IReadOnlyList<CaseMember> Context);
