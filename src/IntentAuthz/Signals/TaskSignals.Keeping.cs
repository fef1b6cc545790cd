using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace IntentAuthz;

/// <summary>
/// What is kept of the detectors' memory over a restart, and of what they have raised. Of repeated calls the highest count of each tool is kept: after a
/// restore every call of it counts as repeated that often, which errs to the strict side.
/// </summary>
internal sealed partial class TaskSignals
{
    private Dictionary<string, int>? _mostRepeats; // by tool; kept tasks only
    private Dictionary<string, int>? _repeatsBefore;
    private Dictionary<string, string>? _effectsBefore; // by hash

    /// <summary>Where it is kept; null for a task that is not, and for sub-tasks, which end with their process.</summary>
    internal TaskJournal? Journal { get; set; }

    internal void Keep(Utf8JsonWriter writer)
    {
        lock (_watching)
        {
            writer.WriteNumber("raised"u8, Raised);
            writer.WriteBoolean("asks"u8, _asks);
            writer.WriteStartArray("ofKind"u8);
            foreach (int count in _ofKind)
            {
                writer.WriteNumberValue(count);
            }

            writer.WriteEndArray();
            writer.WriteNumber("highestDenied"u8, (int)_highestDenied);
            writer.WriteNumber("rising"u8, _risingDenials);
            writer.WriteNumber("inWindow"u8, _inWindow + _inWindowBefore);
            Write(writer, "denialsOfTool", _denialsOfTool);
            Write(writer, "repeats", _mostRepeats);
        }
    }

    internal void Restore(RestoredTask restored)
    {
        JsonElement kept = restored.Standing.GetProperty("signals"u8);
        lock (_watching)
        {
            _raised = kept.GetProperty("raised"u8).GetInt32();
            _asks = kept.GetProperty("asks"u8).GetBoolean();
            int kind = 0;
            foreach (JsonElement count in kept.GetProperty("ofKind"u8).EnumerateArray())
            {
                if (kind < _ofKind.Length)
                {
                    _ofKind[kind++] = count.GetInt32();
                }
            }

            _highestDenied = (RiskClass)kept.GetProperty("highestDenied"u8).GetInt32();
            _risingDenials = kept.GetProperty("rising"u8).GetInt32();
            _inWindowBefore = kept.GetProperty("inWindow"u8).GetInt32();
            _windowStart = time.GetTimestamp(); // as if all had started just now
            _kept.AddRange(restored.Signals.OrderBy(static s => s.Time).Take(MaxKept));
            foreach (Signal signal in restored.Signals)
            {
                _raised |= 1 << (int)signal.Kind; // noted, and the standing not yet written
                _asks |= signal.Response == SignalResponse.RequireApproval;
            }

            foreach (JsonProperty tool in kept.GetProperty("denialsOfTool"u8).EnumerateObject())
            {
                _denialsOfTool[tool.Name] = tool.Value.GetInt32();
            }

            foreach (JsonProperty tool in kept.GetProperty("repeats"u8).EnumerateObject())
            {
                (_repeatsBefore ??= new(StringComparer.Ordinal))[tool.Name] = tool.Value.GetInt32();
                (_mostRepeats ??= new(StringComparer.Ordinal))[tool.Name] = tool.Value.GetInt32();
            }

            foreach ((string hash, string tool) in restored.DeniedEffects)
            {
                (_effectsBefore ??= new(StringComparer.Ordinal))[hash] = tool;
            }
        }
    }

    private static void Write(Utf8JsonWriter writer, string name, Dictionary<string, int>? counts)
    {
        writer.WriteStartObject(name);
        foreach ((string tool, int count) in counts ?? [])
        {
            writer.WriteNumber(tool, count);
        }

        writer.WriteEndObject();
    }

    private int CountKept(string tool, int repeats)
    {
        repeats += _repeatsBefore?.GetValueOrDefault(tool) ?? 0;
        _mostRepeats ??= new Dictionary<string, int>(StringComparer.Ordinal);
        if (repeats > _mostRepeats.GetValueOrDefault(tool) && (_mostRepeats.ContainsKey(tool) || _mostRepeats.Count < MaxRemembered))
        {
            _mostRepeats[tool] = repeats;
        }

        return repeats;
    }

    private bool TryGetFromBefore(string effect, [NotNullWhen(true)] out string? tool)
    {
        tool = null;
        return _effectsBefore is not null && _effectsBefore.TryGetValue(TaskJournal.HashOf(Journal!.Task.Id, effect), out tool);
    }
}
