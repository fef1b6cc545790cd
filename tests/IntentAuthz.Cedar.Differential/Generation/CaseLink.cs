namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>A template with its slots filled.</summary>
internal sealed record CaseLink(string TemplateId, string Id, CaseUid? Principal, CaseUid? Resource);
