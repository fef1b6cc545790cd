using System.Collections.Immutable;

namespace IntentAuthz;

/// <summary>
/// How long what callers and models have a word in may stand in a record. What is longer is cut and ends in <c>…</c>, so that one call takes no more
/// of the log, and of whoever reads it, than another. The numbers are in docs/audit.md.
/// </summary>
internal static class AuditBounds
{
    /// <summary>Of the tool's name and the framework's id of the call.</summary>
    internal const int Name = Identifier.MaxLength;

    internal const int Explanation = 8_192;

    /// <summary>Of one resource, where there are few.</summary>
    internal const int Resource = 4_096;

    /// <summary>Of all resources together, each of which has its share.</summary>
    internal const int AllResources = 32_768;

    /// <summary>How many resources there are: as many as a call may have.</summary>
    internal const int Resources = 64;

    /// <summary>Ends what was cut, and stands alone for resources that are left out.</summary>
    internal const string Mark = "…";

    /// <summary>The text, or as much of it as is allowed, with a mark behind it. Secrets are taken out before: half of one is not known for one.</summary>
    internal static string Cut(string text, int most) =>
        text.Length <= most ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[most - 1]) ? most - 1 : most), Mark);

    /// <summary>Whether a resource in a record is not all that it was: a whole one is a Cedar entity and ends in a quotation mark.</summary>
    internal static bool IsCut(string resource) => resource.EndsWith(Mark, StringComparison.Ordinal);

    /// <summary>The record with its texts cut: itself where none is too long, as nearly always.</summary>
    internal static AuditRecord Cut(AuditRecord record)
    {
        ImmutableArray<string> resources = Cut(record.Resources);
        bool isShort = resources == record.Resources && record.Explanation.Length <= Explanation
            && !(record.Tool?.Length > Name) && !(record.FrameworkCallId?.Length > Name);
        return isShort
            ? record
            : record with
            {
                Tool = record.Tool is { } tool ? Cut(tool, Name) : null,
                FrameworkCallId = record.FrameworkCallId is { } id ? Cut(id, Name) : null,
                Resources = resources,
                Explanation = Cut(record.Explanation, Explanation),
            };
    }

    /// <summary>How many characters the record's texts have, as far as they can be many. In a line each takes 1 to 6 bytes.</summary>
    internal static long LengthOf(AuditRecord record)
    {
        long length = (long)Of(record.Explanation) + Of(record.Tool) + Of(record.FrameworkCallId) + Of(record.Principal) + Of(record.Action)
            + Of(record.ReasonCode) + Of(record.PolicyVersion) + Of(record.ObservedReason) + Of(record.Resources) + Of(record.Policies);
        foreach ((string name, string value) in record.Arguments.IsDefault ? [] : record.Arguments)
        {
            length += name.Length + value.Length;
        }

        return length;
    }

    /// <summary>Stands for a record that cannot be written as it is: which one it was, without any text that a model has a word in.</summary>
    internal static AuditRecord Withheld(AuditRecord record, string why) => new()
    {
        Kind = record.Kind,
        Time = record.Time,
        Tenant = record.Tenant,
        Subject = record.Subject?.WithPurpose(""),
        Call = record.Call,
        Action = record.Action is { } action ? Cut(action, 2 * Name) : null,
        ArgumentsDigest = record.ArgumentsDigest,
        Outcome = record.Outcome,
        ReasonCode = Cut(record.ReasonCode, Name),
        Explanation = why,
        PolicyVersion = record.PolicyVersion is { } version ? Cut(version, Name) : null,
        Approval = record.Approval,
        Lease = record.Lease,
        ResultLabel = record.ResultLabel,
        EngineTime = record.EngineTime,
        Duration = record.Duration,
    };

    private static ImmutableArray<string> Cut(ImmutableArray<string> resources)
    {
        if (resources.IsDefaultOrEmpty)
        {
            return resources;
        }

        int count = Math.Min(resources.Length, Resources);
        int most = Math.Min(Resource, AllResources / count);
        bool isShort = count == resources.Length;
        for (int i = 0; isShort && i < count; i++)
        {
            isShort = resources[i].Length <= most;
        }

        if (isShort)
        {
            return resources;
        }

        ImmutableArray<string>.Builder cut = ImmutableArray.CreateBuilder<string>(count + 1);
        for (int i = 0; i < count; i++)
        {
            cut.Add(Cut(resources[i], most));
        }

        if (count < resources.Length)
        {
            cut.Add(Mark);
        }

        return cut.DrainToImmutable();
    }

    private static int Of(string? text) => text?.Length ?? 0;

    private static long Of(ImmutableArray<string> texts)
    {
        long length = 0;
        foreach (string text in texts.IsDefault ? [] : texts)
        {
            length += text.Length;
        }

        return length;
    }
}
