using System.Globalization;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>What is kept of what a budget has given. The limits are the mandate's, which comes back with the request.</summary>
internal sealed partial class BudgetLedger
{
    private HashSet<string>? _before; // hashes of the resources touched before a restart

    /// <summary>How many different resources count; null when as many as there are.</summary>
    internal int? MostResources => budget.Resources;

    internal void Keep(Utf8JsonWriter writer)
    {
        lock (_counting)
        {
            writer.WriteNumber("calls"u8, _calls);
            writer.WriteStartArray("callsOf"u8);
            foreach (long calls in _callsOf)
            {
                writer.WriteNumberValue(calls);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("spent"u8);
            foreach (decimal spent in _spent)
            {
                writer.WriteStringValue(spent.ToString(CultureInfo.InvariantCulture)); // to the last digit
            }

            writer.WriteEndArray();
        }
    }

    internal void Restore(RestoredTask restored)
    {
        JsonElement kept = restored.Standing.GetProperty("budget"u8);
        JsonElement callsOf = kept.GetProperty("callsOf"u8);
        JsonElement spent = kept.GetProperty("spent"u8);
        if (callsOf.GetArrayLength() != _callsOf.Length || spent.GetArrayLength() != _spent.Length)
        {
            throw new FormatException("What was used does not fit the budget."); // the digest said that the request is the same
        }

        lock (_counting)
        {
            _calls = kept.GetProperty("calls"u8).GetInt64();
            for (int i = 0; i < _callsOf.Length; i++)
            {
                _callsOf[i] = callsOf[i].GetInt64();
            }

            for (int i = 0; i < _spent.Length; i++)
            {
                _spent[i] = decimal.Parse(spent[i].GetString()!, CultureInfo.InvariantCulture);
            }

            if (budget.Resources is not null)
            {
                _before = [.. restored.Marks.Where(static m => m.Kind == TaskNotes.Resource).Select(static m => m.Name)];
            }
        }
    }

    private bool IsFromBefore(EntityUid uid) => _before is not null && _before.Contains(TaskJournal.HashOf(task, uid.ToString()));
}
