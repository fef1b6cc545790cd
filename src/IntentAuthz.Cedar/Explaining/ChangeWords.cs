using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Evaluation;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Explaining;

/// <summary>
/// Says changes that were tried, each by what is there now and what was there when it was tried: neither more nor less than that. The condition
/// that asked for a change is not quoted, since most conditions would allow more values than were tried. One thread at a time.
/// </summary>
internal sealed class ChangeWords(CedarRequest request, IEntityProvider entities, CedarVocabulary vocabulary)
{
    private const int MaxGroups = 4;

    private readonly Interpreter _now = new(request, entities);

    /// <summary>The change in words and as data; null where it makes no difference, or another change undoes it.</summary>
    public RequestChange? Tell(Change change, ChangedRequest tried)
    {
        switch (change)
        {
            case AttributeChange attribute:
                var from = ValueAt(attribute, request, entities);
                var to = ValueAt(attribute, tried.Request, tried);
                var what = $"{(attribute.Owner is { } uid ? ExplanationText.Shown(uid.ToString()) : "context")}.{string.Join('.', attribute.Path.Select(ExplanationText.Shown))}";
                return Equals(from, to) ? null : new(what, from is null ? null : ExplanationText.Exact(from), to is null ? null : ExplanationText.Exact(to), Say(attribute, from, to));
            case ParentChange parent:
                var isIn = Ancestry.IsBelow(tried, parent.Child, parent.Parent);
                if (isIn != parent.IsAdded && parent.Kept.IsEmpty)
                {
                    return null;
                }

                // An entity lies in a group by each parent that lies in it, and loses those: the groups it leaves are named, too.
                var left = parent.IsAdded ? [parent.Parent] : LostBy(parent);
                var group = string.Join(" or ", left.Take(MaxGroups).Select(ExplanationText.Entity)) + (left.Count > MaxGroups ? $" or {left.Count - MaxGroups} more groups" : "")
                    + (isIn || left.Contains(parent.Parent) ? "" : $", and so not in {ExplanationText.Entity(parent.Parent)}");
                var member = ExplanationText.Entity(parent.Child);
                var isNow = parent.Name == member ? "" : $" (it is {member})";
                var shown = string.Join(", ", left.Take(MaxGroups).Select(static uid => ExplanationText.Shown(uid.ToString()))) + (left.Count > MaxGroups ? ", …" : "");
                return new(
                    $"parents of {ExplanationText.Shown(parent.Child.ToString())}", parent.IsAdded ? null : shown, parent.IsAdded ? shown : null,
                    $"{parent.Name} were {(parent.IsAdded ? "" : "not ")}in {group}{isNow}");
            default:
                var waiver = (WaiverChange)change;
                return new(waiver.Name, null, null, waiver.Sentence);
        }
    }

    /// <summary>The parents that an entity loses to be out of a group.</summary>
    internal List<EntityUid> LostBy(ParentChange change) =>
        [.. (entities.Find(change.Child)?.Parents ?? []).Where(parent => !change.Kept.Contains(parent) && (parent == change.Parent || Ancestry.IsBelow(entities, parent, change.Parent)))];

    internal static CedarValue? ValueAt(AttributeChange change, CedarRequest request, IEntityProvider entities)
    {
        var value = (CedarValue?)(change.Owner is { } owner ? entities.Find(owner)?.Attributes : request.Context);
        foreach (var name in change.Path)
        {
            value = value is CedarRecord record && record.TryGetValue(name, out var inner) ? inner : null;
        }

        return value;
    }

    private string Say(AttributeChange change, CedarValue? from, CedarValue? to)
    {
        var name = NameOf(change);
        var now = from switch
        {
            null => " (it is not given)",
            CedarSet { Count: 0 } => " (it is empty)",
            CedarSet set => $" (it holds {ExplanationText.Exact(set)})",
            _ => $" (it is {ExplanationText.Exact(from)})",
        };
        switch (to)
        {
            case null:
                return $"{name} were not given{now}";
            case CedarBool { Value: var value } when from is CedarBool:
                return vocabulary.HasConditions && vocabulary.FindCondition(ExpressionPrinter.Print(change.Place), value) is { } said
                    ? said.InForm(ClauseForm.Were)
                    : $"{name} were {(value ? "" : "not ")}true";
            case CedarSet set when from is CedarSet before:
                return SayItems(change, name, now, before, set);
            case CedarSet { Count: 0 }:
                return $"{name} were empty{now}";
            case CedarSet set:
                return $"{name} held {ExplanationText.Exact(set)}{now}";
            default:
                return $"{name} were {ExplanationText.Exact(to)}{now}";
        }
    }

    // A set by its difference: what the words leave out stays.
    private string SayItems(AttributeChange change, string name, string now, CedarSet before, CedarSet after)
    {
        var parts = new List<string>();
        var added = Unsaid(after.Where(item => !before.Contains(item)), true);
        var removed = Unsaid(before.Where(item => !after.Contains(item)), false);
        if (after.Count == 0 && parts.Count == 0)
        {
            return $"{name} were empty{now}";
        }

        if (added.Count > 0)
        {
            parts.Add($"{name} {(before.Count == 0 ? "" : "also ")}held {ExplanationText.Exact(CedarSet.Create(added))}{(removed.Count == 0 ? now : "")}");
        }

        if (removed.Count > 0)
        {
            parts.Add($"{(added.Count > 0 ? "" : $"{name} ")}did not hold {ExplanationText.Exact(CedarSet.Create(removed), "or")}{now}");
        }

        return string.Join(" and ", parts);

        List<CedarValue> Unsaid(IEnumerable<CedarValue> items, bool isThere)
        {
            var unsaid = new List<CedarValue>();
            foreach (var item in items)
            {
                var test = vocabulary.HasConditions ? new BinaryExpr(BinaryOperator.Contains, change.Place, new LiteralExpr(item, change.Place.Range), change.Place.Range) : null;
                if (test is not null && item is CedarString && vocabulary.FindCondition(ExpressionPrinter.Print(test), isThere) is { } said)
                {
                    parts.Add(said.InForm(ClauseForm.Were));
                }
                else
                {
                    unsaid.Add(item);
                }
            }

            return unsaid;
        }
    }

    // "the resource's owner" is another entity once the owner was changed, so what is reached by an attribute is named by its own name then.
    private string NameOf(AttributeChange change)
    {
        var root = change.Place;
        for (var i = 0; i < change.Path.Length && root is GetAttributeExpr get; i++)
        {
            root = get.Target;
        }

        return change.Owner is { } owner && (_now.Evaluate(root) as CedarEntity)?.Uid != owner
            ? $"{ExplanationText.Entity(owner)}'s {string.Join('.', change.Path.Select(ExplanationText.Shown))}"
            : new ConditionWords(_now, vocabulary, change.Body).NameOf(change.Place);
    }
}
