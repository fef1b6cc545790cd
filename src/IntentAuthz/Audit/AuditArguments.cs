using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// Puts into a record what it says of the call's arguments: the keyed digest of all, the values of those that the descriptor shows, and takes known
/// secrets out of every text that a caller can have a word in, which is cut then (<see cref="AuditBounds"/>). Used by one thread, the audit's writer,
/// which keeps it off the way of the call; <see cref="AddDigest"/> by any.
/// </summary>
/// <param name="key">The digests' key, its own: it is zeroed at the end.</param>
/// <param name="scrubber">What knows the secrets.</param>
internal sealed class AuditArguments(byte[] key, SecretScrubber scrubber) : IDisposable
{
    private readonly ArgumentsHasher _hasher = new(key);
    private readonly ArgumentsHashers _callers = new(key);
    private readonly CleanTexts _texts = new(scrubber);

    public void Dispose()
    {
        _callers.Dispose();
        _hasher.Dispose();
        CryptographicOperations.ZeroMemory(key);
    }

    /// <summary>Adds the digest of the arguments to a record that nobody else changes, on the thread of a caller. Without one where that fails: the writer makes it then.</summary>
    internal void AddDigest(AuditRecord record, ReadOnlyMemory<byte> arguments) => _callers.AddTo(record, arguments);

    /// <summary>The record as it is to be written, and what failed on the way to it.</summary>
    internal AuditRecord Complete(in AuditEntry entry, out Exception? fault)
    {
        fault = null;

        // Before anything that can fail. What a model writes as a name, or as the id of a resource, is its own word, and it may have heard a secret.
        AuditRecord record = AuditBounds.Cut(scrubber.KnowsAny ? ScrubbedOrWithheld(entry.Record) : entry.Record);
        if (entry.Arguments.IsEmpty)
        {
            return record;
        }

        try
        {
            if (entry.Tool is { AuditedArguments.Count: > 0 } tool)
            {
                record = record with { Arguments = Values(tool, JsonElement.Parse(entry.Arguments.Span)) }; // a copy: the task's history keeps the other, and not the values
            }

            if (record.ArgumentsDigest is null)
            {
                record.ArgumentsDigest = _hasher.Hash(record.Tenant, entry.Arguments);
            }
        }
        catch (Exception e)
        {
            fault = e;
        }

        return record;
    }

    private ImmutableArray<KeyValuePair<string, string>> Values(ToolDescriptor tool, JsonElement arguments)
    {
        ImmutableArray<KeyValuePair<string, string>>.Builder shown = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>(tool.AuditedArguments.Count);
        foreach ((string name, int most) in tool.AuditedArguments)
        {
            if (arguments.TryGetProperty(name, out JsonElement value))
            {
                string text = value.ValueKind == JsonValueKind.String ? value.GetString()! : CanonicalJson.Text(value);
                shown.Add(new(name, AuditBounds.Cut(scrubber.Scrub(text, out _), most)));
            }
        }

        return shown.DrainToImmutable();
    }

    // What could not be searched is not written.
    private AuditRecord ScrubbedOrWithheld(AuditRecord record)
    {
        try
        {
            return Scrubbed(record);
        }
        catch (Exception e)
        {
            return record with
            {
                Subject = record.Subject?.WithPurpose(""),
                Tool = null,
                FrameworkCallId = null,
                Resources = [],
                Explanation = $"Withheld: it could not be searched for secrets ({e.GetType().Name}).",
            };
        }
    }

    private AuditRecord Scrubbed(AuditRecord record)
    {
        bool any = false;
        string? purpose = Scrub(record.Subject?.Purpose, ref any);
        AuditSubject? subject = any ? record.Subject!.WithPurpose(purpose!) : record.Subject;
        string? tool = Scrub(record.Tool, ref any), framework = Scrub(record.FrameworkCallId, ref any), explanation = Scrub(record.Explanation, ref any);
        ImmutableArray<string> resources = record.Resources;
        for (int i = 0; !resources.IsDefault && i < resources.Length; i++)
        {
            bool found = false;
            string? text = Scrub(resources[i], ref found);
            if (found)
            {
                (resources, any) = (resources.SetItem(i, text!), true);
            }
        }

        return any ? record with { Subject = subject, Tool = tool, FrameworkCallId = framework, Explanation = explanation!, Resources = resources } : record;
    }

    private string? Scrub(string? text, ref bool any)
    {
        if (text is null || text.Length < SecretScrubber.MinLength)
        {
            return text;
        }

        text = _texts.Scrub(text, out bool found);
        any |= found;
        return text;
    }
}
