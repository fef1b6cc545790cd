using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// Everything the pipeline knows of one call, filled in step by step. It builds the members of the policy context when they are read, so
/// that what no policy looks at costs nothing.
/// </summary>
internal sealed class CallContext(CallId id, ToolCall call, AgentTask task, ToolDescriptor tool, TimeProvider time) : IContextSource
{
    private ImmutableSortedDictionary<string, ValueSource>? _sources;
    private CallDigest? _digest;
    private ImmutableArray<string> _resourceTexts;

    internal CallId Id { get; } = id;

    internal ToolCall Call { get; } = call;

    internal AgentTask Task { get; } = task;

    internal ToolDescriptor Tool { get; } = tool;

    internal ArgumentSnapshot Snapshot { get; set; } = null!; // set by the intent step, before anything reads it

    internal ImmutableArray<Entity> Resources { get; set; } = [];

    /// <summary>The resources as audit records name them: the same array for both records, and for all calls where the tool itself is the resource.</summary>
    internal ImmutableArray<string> ResourceTexts =>
        Resources == Tool.ToolAsResource ? Tool.ToolAsResourceText
        : _resourceTexts.IsDefault ? _resourceTexts = [.. Resources.Select(static r => r.Uid.ToString())]
        : _resourceTexts;

    /// <summary>The approval this call resumes under, once one was found; policy then sees it.</summary>
    internal ApprovalRequest? Approval { get; set; }

    internal LeasedCredential? Credential { get; set; }

    /// <summary>Where each argument's value came from. Found once a call, since it searches what was seen.</summary>
    internal ImmutableSortedDictionary<string, ValueSource> Sources => _sources ??= FindSources();

    internal CallDigest Digest => _digest ??= ComputeDigest();

    /// <summary>Whether every host-only argument has an id, so that the digest says what is approved.</summary>
    internal bool IsApprovable => Call.HostArguments is null || Call.HostArguments.Values.All(static v => v.Id is not null);

    /// <summary>Forgets what was found out under labels or values that have changed since.</summary>
    internal void Refresh() => _sources = null;

    public CedarRecord? Build(ContextParts part) => part switch
    {
        ContextParts.Input => Snapshot.Input,
        ContextParts.Task => Task.ContextRecord,
        ContextParts.History => History(),
        ContextParts.Risk => Risk(),
        ContextParts.Provenance => Provenance(),
        ContextParts.Approval => ApprovalRecord(),
        ContextParts.Delegation => Task.DelegationRecord,
        _ => ContextRecords.System(time.GetUtcNow()),
    };

    private CedarRecord History()
    {
        CedarRecord.Builder record = new();
        record.Add("calls", Task.History.Calls);
        record.Add("denials", Task.History.Denials);
        record.Add("approvalsAsked", Task.History.ApprovalsAsked);
        Label worst = Task.History.WorstLabel;
        record.Add("integrity", worst.Integrity.Name());
        record.Add("confidentiality", worst.Confidentiality.Name());
        return record.Build();
    }

    private CedarRecord Risk()
    {
        CedarRecord.Builder record = new();
        record.Add("class", Tool.Risk.Name());
        record.Add("level", (long)Tool.Risk);
        record.Add("untrustedRoles", CedarSet.Create(
            Sources.Where(static s => !IsTrusted(s.Value)).Select(s => (CedarValue)Tool.RoleOf(s.Key).Name())));
        return record.Build();
    }

    private CedarRecord Provenance()
    {
        CedarRecord.Builder record = new();
        foreach ((string argument, ValueSource source) in Sources)
        {
            CedarRecord.Builder entry = new();
            entry.Add("source", Name(source));
            entry.Add("trusted", IsTrusted(source));
            entry.Add("role", Tool.RoleOf(argument).Name());
            record.Add(argument, entry.Build());
        }

        return record.Build();
    }

    private CedarRecord ApprovalRecord()
    {
        CedarRecord.Builder record = new();
        record.Add("approved", Approval is not null);
        ImmutableArray<Principal> approvers = Approval is null ? [] : Approval.ApprovedBy;
        record.Add("approvers", Entities(approvers, PrincipalKind.Person));
        record.Add("approverServices", Entities(approvers, PrincipalKind.Service));
        return record.Build();
    }

    private static CedarSet Entities(ImmutableArray<Principal> principals, PrincipalKind kind) =>
        CedarSet.Create(principals.Where(p => p.Kind == kind).Select(static p => (CedarValue)new CedarEntity(p.Uid)));

    internal static string Name(ValueSource source) => source switch
    {
        ValueSource.UserRequest => "request",
        ValueSource.Parameters => "parameters",
        ValueSource.TrustedResult => "trusted",
        ValueSource.UntrustedResult => "untrusted",
        _ => "model",
    };

    internal static bool IsTrusted(ValueSource source) => source >= ValueSource.TrustedResult;

    private ImmutableSortedDictionary<string, ValueSource> FindSources()
    {
        ImmutableSortedDictionary<string, ValueSource>.Builder sources =
            ImmutableSortedDictionary.CreateBuilder<string, ValueSource>(StringComparer.Ordinal);
        long effort = SeenValues.MaxEffort;
        foreach (JsonProperty argument in Snapshot.Json.EnumerateObject())
        {
            sources[argument.Name] = Task.Values.Find(argument.Value, Tool.Input.Property(argument.Name), ref effort);
        }

        return sources.ToImmutable();
    }

    private CallDigest ComputeDigest()
    {
        ArrayBufferWriter<byte> canonical = new(512);
        using (Utf8JsonWriter writer = CanonicalJson.CreateWriter(canonical))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(Task.Tenant.Value);
            writer.WriteStringValue(Task.Id.Value);
            writer.WriteStringValue(Task.Agent.Id.Value);
            writer.WriteStringValue(Tool.Digest);
            writer.WriteStringValue(Tool.Action.ToString());
            writer.WriteStartArray();
            foreach (Entity resource in Resources)
            {
                writer.WriteStringValue(resource.Uid.ToString());
            }

            writer.WriteEndArray();
            CanonicalJson.Write(writer, Snapshot.Json);
            writer.WriteStartArray();
            foreach ((string name, HostValue value) in (Call.HostArguments ?? ImmutableDictionary<string, HostValue>.Empty).OrderBy(static h => h.Key, StringComparer.Ordinal))
            {
                writer.WriteStringValue(name);
                writer.WriteStringValue(value.Id);
                writer.WriteStringValue(value.Version);
            }

            writer.WriteEndArray();
            writer.WriteEndArray();
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(canonical.WrittenSpan, hash);
        return new CallDigest(hash);
    }
}
