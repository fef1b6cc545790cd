using System.Collections.Immutable;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// An approval request as it is kept: all that decides whether it still stands for a call, and who has answered. The call's arguments are not kept;
/// its digest says whether another call is the same.
/// </summary>
internal sealed record KeptApproval(
    ApprovalId Id,
    CallDigest Digest,
    string? Tool,
    string? ToolDigest,
    ApprovalState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    ImmutableArray<Principal> Votes,
    Principal? RefusedBy,
    Obligations Obligations,
    ImmutableSortedDictionary<string, ArgumentProvenance> Provenance)
{
    internal static string Write(ApprovalRequest request, ApprovalState state, IEnumerable<Principal> votes) => NoteJson.Write(writer =>
    {
        writer.WriteString("digest"u8, request.Subject.Digest.ToString());
        writer.WriteString("tool"u8, request.Subject.Tool?.Name);
        writer.WriteString("toolDigest"u8, request.Subject.Tool?.Digest);
        writer.WriteString("state"u8, state.ToString());
        writer.WriteNumber("created"u8, request.CreatedAt.UtcTicks);
        writer.WriteNumber("expires"u8, request.ExpiresAt.UtcTicks);
        writer.WriteStartArray("votes"u8);
        foreach (Principal vote in votes)
        {
            writer.WriteStartObject();
            NoteJson.Write(writer, vote);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (request.RefusedBy is { } refused)
        {
            NoteJson.Write(writer, "refusedBy", refused);
        }

        NoteJson.Write(writer, "obligations", request.Obligations);
        writer.WriteStartObject("provenance"u8);
        foreach ((string name, ArgumentProvenance shown) in request.Subject.Provenance)
        {
            writer.WriteStartArray(name);
            writer.WriteStringValue(shown.Role.ToString());
            writer.WriteStringValue(shown.Found.Source.ToString());
            writer.WriteStringValue(shown.Found.Link.ToString());
            writer.WriteBooleanValue(shown.Found.IsContested);
            writer.WriteBooleanValue(shown.Carries);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    });

    internal static KeptApproval Read(string id, JsonElement json) => new(
        new ApprovalId(id),
        TaskNotes.Digest(json.GetProperty("digest"u8).GetString()!),
        json.GetProperty("tool"u8).GetString(),
        json.GetProperty("toolDigest"u8).GetString(),
        Enum.Parse<ApprovalState>(json.GetProperty("state"u8).GetString()!) is var state and <= ApprovalState.Refused
            ? state
            : throw new FormatException("A kept approval is over."),
        new DateTimeOffset(json.GetProperty("created"u8).GetInt64(), TimeSpan.Zero),
        new DateTimeOffset(json.GetProperty("expires"u8).GetInt64(), TimeSpan.Zero),
        [.. json.GetProperty("votes"u8).EnumerateArray().Select(NoteJson.Principal)],
        json.TryGetProperty("refusedBy"u8, out JsonElement refused) ? NoteJson.Principal(refused) : null,
        NoteJson.Obligations(json.GetProperty("obligations"u8)),
        json.GetProperty("provenance"u8).EnumerateObject().ToImmutableSortedDictionary(
            static a => a.Name,
            static a => new ArgumentProvenance(
                Enum.Parse<ArgumentRole>(a.Value[0].GetString()!),
                new Finding(Enum.Parse<ValueSource>(a.Value[1].GetString()!), Enum.Parse<ValueLink>(a.Value[2].GetString()!), a.Value[3].GetBoolean()),
                a.Value[4].GetBoolean()),
            StringComparer.Ordinal));
}
