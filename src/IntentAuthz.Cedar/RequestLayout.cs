using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using IntentAuthz.Cedar.Compilation;
using IntentAuthz.Cedar.Compilation.Layouts;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>
/// What all requests of one kind have in common: the entity types and where their values stand in the context. Knowing it in
/// advance, <see cref="BoundPolicySet"/> decides on plain values, and nothing has to be built for a request. Immutable.
/// </summary>
/// <remarks>
/// A layout of <c>input.amount</c> and <c>risk</c> describes contexts such as <c>{input: {amount: …}, risk: …}</c>. The records
/// on the way (<c>input</c>) are always there; a value may be <see cref="CedarScalar.Absent"/>.
/// </remarks>
public sealed class RequestLayout
{
    private readonly ImmutableArray<ImmutableArray<string>> _paths;

    /// <summary>Creates a layout.</summary>
    /// <param name="principalType">The entity type of the principal.</param>
    /// <param name="actionType">The entity type of the action, such as <c>Action</c>.</param>
    /// <param name="resourceType">The entity type of the resource.</param>
    /// <param name="contextPaths">The values of the context in the order in which requests give them: names joined by dots.</param>
    /// <exception cref="ArgumentException">A type is not a Cedar path, a path has an empty name, is given twice or leads below
    /// another.</exception>
    public RequestLayout(string principalType, string actionType, string resourceType, params IEnumerable<string> contextPaths)
    {
        PrincipalType = CheckType(principalType, nameof(principalType));
        ActionType = CheckType(actionType, nameof(actionType));
        ResourceType = CheckType(resourceType, nameof(resourceType));
        ArgumentNullException.ThrowIfNull(contextPaths);
        ContextPaths = [.. contextPaths];
        _paths = [.. ContextPaths.Select(path => path.Split('.').ToImmutableArray())];
        Root = LayoutTree.Create(_paths);
    }

    /// <summary>The entity type of the principal.</summary>
    public string PrincipalType { get; }

    /// <summary>The entity type of the action.</summary>
    public string ActionType { get; }

    /// <summary>The entity type of the resource.</summary>
    public string ResourceType { get; }

    /// <summary>The values of the context, in the order in which requests give them.</summary>
    public IReadOnlyList<string> ContextPaths { get; }

    internal LayoutTree Root { get; }

    /// <summary>Builds the request that plain values stand for, as every other part of this library takes it.</summary>
    /// <param name="principalId">The id of the principal.</param>
    /// <param name="actionId">The id of the action.</param>
    /// <param name="resourceId">The id of the resource.</param>
    /// <param name="values">One value for each of <see cref="ContextPaths"/>.</param>
    /// <exception cref="ArgumentException">There are more or fewer values than paths, or an id holds a lone surrogate.</exception>
    public CedarRequest CreateRequest(string principalId, string actionId, string resourceId, params ReadOnlySpan<CedarScalar> values)
    {
        CheckCount(values.Length);
        return new(new(PrincipalType, principalId), new(ActionType, actionId), new(ResourceType, resourceId), BuildContext(values));
    }

    internal CedarRecord BuildContext(ReadOnlySpan<CedarScalar> values) => Root.Build(values);

    internal EntityUid Uid(Role role, string id) => new(Type(role), id);

    internal string Type(Role role) => role switch
    {
        Role.Principal => PrincipalType,
        Role.Action => ActionType,
        _ => ResourceType,
    };

    internal void CheckCount(int count)
    {
        if (count != _paths.Length)
        {
            RefuseCount(count);
        }
    }

    [DoesNotReturn]
    private void RefuseCount(int count) =>
        throw new ArgumentException($"The layout has {_paths.Length} context paths, but {count} values were given. Give one for each, CedarScalar.Absent where there is none.");

    private static string CheckType(string type, string parameter)
    {
        ArgumentNullException.ThrowIfNull(type, parameter);
        return CedarIdentifier.IsPath(type)
            ? type
            : throw new ArgumentException($"'{CedarText.Shorten(type)}' is not an entity type. Use identifiers separated by '::'.", parameter);
    }
}
