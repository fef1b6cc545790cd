using System.Text.Json;

namespace IntentAuthz;

/// <summary>What is kept of a history over a restart: counters and marks. The events are not: they hold arguments and results.</summary>
internal sealed partial class TaskHistory
{
    internal void Keep(Utf8JsonWriter writer)
    {
        writer.WriteNumber("calls"u8, Calls);
        writer.WriteNumber("denials"u8, Denials);
        writer.WriteNumber("errors"u8, Errors);
        writer.WriteNumber("asked"u8, ApprovalsAsked);
        writer.WriteNumber("lastCall"u8, TaskStanding.WallTicks(time, SinceLastCall));
        writer.WriteNumber("lastDenial"u8, TaskStanding.WallTicks(time, SinceLastDenial));
        writer.WriteNumber("integrity"u8, (int)WorstLabel.Integrity);
        writer.WriteNumber("confidentiality"u8, (int)WorstLabel.Confidentiality);
        lock (_resolving)
        {
            writer.WriteBoolean("overflowed"u8, _overflowed);
        }

        writer.WriteNumber("servicesBeyond"u8, Services.Beyond);
        writer.WriteNumber("toolsBeyond"u8, Tools.Beyond);
        writer.WriteNumber("groupsBeyond"u8, Groups.Beyond);
        writer.WriteNumber("resourcesBeyond"u8, Resources.Beyond);
    }

    /// <summary>
    /// Comes back no better than it was. A call that was under way counts as made and failed, its result as the worst there can be: whether the
    /// tool ran and what it returned nobody knows.
    /// </summary>
    internal void Restore(RestoredTask restored)
    {
        JsonElement kept = restored.Standing.GetProperty("history"u8);
        int underWay = restored.Calls.Count;
        _calls = kept.GetProperty("calls"u8).GetInt64() + underWay;
        _denials = kept.GetProperty("denials"u8).GetInt64();
        _errors = kept.GetProperty("errors"u8).GetInt64() + underWay;
        _approvalsAsked = kept.GetProperty("asked"u8).GetInt64();
        long lastCall = kept.GetProperty("lastCall"u8).GetInt64();
        _lastCall = TaskStanding.Timestamp(time, underWay > 0 ? Math.Max(lastCall, restored.KeptAt.UtcTicks) : lastCall);
        _lastDenial = TaskStanding.Timestamp(time, kept.GetProperty("lastDenial"u8).GetInt64());
        Reached(LabelOf(kept));
        if (underWay > 0)
        {
            Reached(Label.Worst);
        }

        lock (_resolving)
        {
            _overflowed = kept.GetProperty("overflowed"u8).GetBoolean();
            foreach (CallDigest digest in restored.Open.Concat(restored.Calls.Where(static c => c.Digest is not null).Select(static c => c.Digest!.Value)))
            {
                _unresolved[digest] = _unresolved.GetValueOrDefault(digest) + 1;
            }
        }

        foreach ((string kind, string name) in restored.Marks)
        {
            switch (kind)
            {
                case TaskNotes.Service: Services.Add(name); break;
                case TaskNotes.Tool: Tools.Add(name); break;
                case TaskNotes.Group: Groups.Add(name); break;
                case TaskNotes.Lent: break; // no history: see TaskLeases
                default:
                    if (Resources.Count < MaxNames)
                    {
                        Resources.AddFromBefore(name, text => TaskJournal.HashOf(restored.Record.Id, text));
                    }

                    break;
            }
        }

        Services.AddBeyond(kept.GetProperty("servicesBeyond"u8).GetInt32());
        Tools.AddBeyond(kept.GetProperty("toolsBeyond"u8).GetInt32());
        Groups.AddBeyond(kept.GetProperty("groupsBeyond"u8).GetInt32());
        Resources.AddBeyond(kept.GetProperty("resourcesBeyond"u8).GetInt32());
    }

    /// <summary>Whether this very call is among those whose end is unknown. What overflowed is kept as a whole, not call by call.</summary>
    internal bool IsRemembered(CallDigest digest)
    {
        lock (_resolving)
        {
            return _unresolved.ContainsKey(digest);
        }
    }

    private static Label LabelOf(JsonElement kept)
    {
        Label label = new((Integrity)kept.GetProperty("integrity"u8).GetInt32(), (Confidentiality)kept.GetProperty("confidentiality"u8).GetInt32());
        return Enum.IsDefined(label.Integrity) && Enum.IsDefined(label.Confidentiality) ? label : throw new FormatException("A kept label is none there is.");
    }
}
