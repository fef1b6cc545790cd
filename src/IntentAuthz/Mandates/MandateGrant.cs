using System.Collections.Immutable;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// One thing a task may do: actions, on resources, with arguments so constrained. It is structured data, never policy text, so that a
/// planner can propose it without being able to write policy. Immutable; each method answers a new grant.
/// </summary>
public sealed class MandateGrant
{
    private MandateGrant(ImmutableArray<string> actions, EntityUid? resource, ImmutableDictionary<string, ArgumentConstraint> constraints)
    {
        Actions = actions;
        Resource = resource;
        Constraints = constraints;
    }

    /// <summary>The actions, or action groups, by id.</summary>
    public ImmutableArray<string> Actions { get; }

    /// <summary>The resource, or what it lies in; null for any.</summary>
    public EntityUid? Resource { get; }

    /// <summary>What is asked of arguments, by name.</summary>
    public IReadOnlyDictionary<string, ArgumentConstraint> Constraints { get; }

    /// <summary>Grants actions or action groups, by the ids that <c>Action::"…"</c> has in policy.</summary>
    /// <param name="actions">At least one.</param>
    public static MandateGrant Of(params ReadOnlySpan<string> actions)
    {
        if (actions.IsEmpty)
        {
            throw new ArgumentException("A grant names at least one action.", nameof(actions));
        }

        ImmutableArray<string>.Builder valid = ImmutableArray.CreateBuilder<string>(actions.Length);
        foreach (string action in actions)
        {
            valid.Add(Identifier.Validate(action, "action"));
        }

        return new MandateGrant(valid.ToImmutable(), null, ImmutableDictionary<string, ArgumentConstraint>.Empty);
    }

    /// <summary>Narrows the grant to a resource, or to what lies in it.</summary>
    /// <param name="resource">The resource.</param>
    public MandateGrant On(EntityUid resource) => new(Actions, resource, (ImmutableDictionary<string, ArgumentConstraint>)Constraints);

    /// <summary>Narrows the grant by an argument.</summary>
    /// <param name="argument">The argument's name.</param>
    /// <param name="constraint">What is asked of it.</param>
    /// <exception cref="ArgumentException">The argument is constrained already.</exception>
    public MandateGrant Where(string argument, ArgumentConstraint constraint)
    {
        Identifier.Validate(argument, "argument name");
        ArgumentNullException.ThrowIfNull(constraint);
        return new MandateGrant(Actions, Resource, ((ImmutableDictionary<string, ArgumentConstraint>)Constraints).Add(argument, constraint));
    }

    internal string ToPolicy()
    {
        string actions = string.Join(", ", Actions.Select(static a => new EntityUid(EntityTypes.Action, a).ToString()));
        string resource = Resource is { } uid ? $"resource in {uid}" : "resource";
        string conditions = string.Join(
            " && ", Constraints.OrderBy(static c => c.Key, StringComparer.Ordinal).Select(static c => c.Value.ConditionOn(c.Key)));
        return $"permit(principal, action in [{actions}], {resource}){(conditions.Length > 0 ? $" when {{ {conditions} }}" : "")};";
    }
}
