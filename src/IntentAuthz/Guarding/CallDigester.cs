using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>Makes the digests of a guard's calls. The room for one is kept from one call to the next, cleared; calls at the same time make their own. Safe for use by many threads.</summary>
internal sealed class CallDigester
{
    private const int MostKept = 64 * 1024;

    private Room? _spare;

    internal CallDigest DigestOf(CallContext call)
    {
        Room room = Interlocked.Exchange(ref _spare, null) ?? new Room();
        try
        {
            Write(room.Writer, call);
            room.Writer.Flush();
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(room.Canonical.WrittenSpan, hash);
            return new CallDigest(hash);
        }
        finally
        {
            if (room.Canonical.Capacity <= MostKept)
            {
                room.Canonical.Clear();
                room.Writer.Reset();
                Volatile.Write(ref _spare, room);
            }
        }
    }

    private static void Write(Utf8JsonWriter writer, CallContext call)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(call.Task.Tenant.Value);
        writer.WriteStringValue(call.Task.Id.Value);
        writer.WriteStringValue(call.Task.Agent.Id.Value);
        writer.WriteStringValue(call.Tool.Digest);
        writer.WriteStringValue(call.Tool.Audited.Action);
        writer.WriteStartArray();
        foreach (string resource in call.ResourceTexts)
        {
            writer.WriteStringValue(resource);
        }

        writer.WriteEndArray();
        CanonicalJson.Write(writer, call.Given.Utf8);
        writer.WriteStartArray();
        if (call.HostArguments is { } given)
        {
            foreach ((string name, HostValue value) in given.OrderBy(static h => h.Key, StringComparer.Ordinal))
            {
                writer.WriteStringValue(name);
                writer.WriteStringValue(value.Id);
                writer.WriteStringValue(value.Version);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndArray();
    }

    private sealed class Room
    {
        internal Room() => Writer = CanonicalJson.CreateWriter(Canonical);

        internal ArrayBufferWriter<byte> Canonical { get; } = new(512);

        internal Utf8JsonWriter Writer { get; }
    }
}
