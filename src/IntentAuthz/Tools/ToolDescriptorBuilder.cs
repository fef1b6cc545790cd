using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Builds a <see cref="ToolDescriptor"/>. Not safe for use by several threads at once.</summary>
public sealed class ToolDescriptorBuilder
{
    private readonly Dictionary<string, ArgumentDescriptor> _arguments = new(StringComparer.Ordinal);

    private (string Action, string? Containment, Func<JsonElement, bool> When)? _apart;

    internal ToolDescriptorBuilder(string name)
    {
        Name = Identifier.Validate(name, "tool name");
        ActionName = Name;
    }

    internal string Name { get; }

    internal string ActionName { get; private set; }

    internal List<string> ActionGroupNames { get; } = [];

    internal IEnumerable<ArgumentDescriptor> Arguments => _arguments.Values;

    internal RiskClass RiskValue { get; private set; } = RiskClass.Medium;

    internal ToolEffect EffectValue { get; private set; }

    internal Dictionary<string, MemberRole> MemberRoles { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, int> Audited { get; } = new(StringComparer.Ordinal);

    internal List<ResultField> ResultFields { get; } = [];

    internal string? ResultKindValue { get; private set; }

    internal string? ServiceName { get; private set; }

    internal int? UsualResultValue { get; private set; }

    internal Confidentiality? AudienceValue { get; private set; }

    internal (string Argument, decimal Amount)? UsualAmountValue { get; private set; }

    internal Label ResultLabelValue { get; private set; } = Label.Worst;

    internal string? CredentialName { get; private set; }

    internal string? ContainmentName { get; private set; }

    internal bool IdempotentValue { get; private set; }

    internal bool AcceptUndeclared { get; private set; }

    internal JsonElement? InputSchemaValue { get; private set; }

    internal JsonElement? DerivedSchemaValue { get; private set; }

    internal Func<JsonElement, JsonElement>? DeriveValue { get; private set; }

    internal JsonElement? OutputSchemaValue { get; private set; }

    internal Func<JsonElement, IEnumerable<ResourceReference>>? ResourceMapping { get; private set; }

    internal string? ResourceArgument { get; private set; }

    internal ImmutableArray<string> ResourceTypes { get; private set; } = [EntityTypes.Tool];

    /// <summary>The Cedar action the tool performs; the tool's name when not set. Several tools may share one.</summary>
    /// <param name="action">The action's id, as in <c>Action::"pay"</c>.</param>
    public ToolDescriptorBuilder Action(string action)
    {
        ActionName = Identifier.Validate(action, "action");
        return this;
    }

    /// <summary>Puts the action into groups, which policies reach by <c>action in Action::"payments"</c>.</summary>
    /// <param name="groups">The groups' ids.</param>
    public ToolDescriptorBuilder InActionGroups(params ReadOnlySpan<string> groups)
    {
        foreach (string group in groups)
        {
            ActionGroupNames.Add(Identifier.Validate(group, "action group"));
        }

        return this;
    }

    /// <summary>Declares an argument and what a wrong value would change.</summary>
    /// <param name="name">The argument's name, case-sensitive.</param>
    /// <param name="role">Its role.</param>
    /// <param name="mapToString">Whether policy sees the value's JSON text, for numbers Cedar cannot hold exactly.</param>
    /// <param name="defaultJson">JSON text that is filled in when the call leaves the argument out.</param>
    /// <param name="kind">What the value is the id of, such as <c>file</c>: then the id of another kind of thing, in results that declare theirs by <see cref="ResultKind"/>, is not taken for it. Null for any.</param>
    /// <exception cref="JsonException"><paramref name="defaultJson"/> is not JSON.</exception>
    public ToolDescriptorBuilder Argument(string name, ArgumentRole role, bool mapToString = false, string? defaultJson = null, string? kind = null)
    {
        Identifier.Validate(name, "argument name");
        JsonElement? value = defaultJson is null ? null : JsonElement.Parse(defaultJson);
        _arguments[name] = new ArgumentDescriptor(name, role, mapToString, hostOnly: false, value, kind is null ? null : Identifier.Validate(kind, "kind"));
        return this;
    }

    /// <summary>Gives a member within an argument a role of its own, such as the file's id within the attachments.</summary>
    /// <param name="path">The argument's name and the names below it, with dots between them; lists are passed through: <c>attachments.file_id</c>.</param>
    /// <param name="role">Its role.</param>
    /// <param name="kind">What the value is the id of; null for any kind of thing.</param>
    /// <exception cref="ArgumentException">The path has no dot or an empty name.</exception>
    public ToolDescriptorBuilder Member(string path, ArgumentRole role, string? kind = null)
    {
        Identifier.Validate(path, "path");
        if (!path.Contains('.') || path.Split('.').Any(static p => p.Length == 0))
        {
            throw new ArgumentException($"'{path}' is no path to a member; write the argument's name, a dot and the member's name.", nameof(path));
        }

        MemberRoles[path] = new MemberRole(role, kind is null ? null : Identifier.Validate(kind, "kind"));
        return this;
    }

    /// <summary>What the tool does to the world. What a user asks for is held against it.</summary>
    /// <param name="effect">The effect.</param>
    public ToolDescriptorBuilder Effect(ToolEffect effect)
    {
        if (!Enum.IsDefined(effect))
        {
            throw new ArgumentOutOfRangeException(nameof(effect), effect, "Use one of the named effects.");
        }

        EffectValue = effect;
        return this;
    }

    /// <summary>
    /// How far one part of the results may be trusted and shown, where that differs from the whole: a mail's sender is the server's word, its
    /// text the sender's. Everything a part vouches for is its whole value, never what can be read inside of it.
    /// </summary>
    /// <param name="path">Names of members, with dots between them; lists are passed through, and <c>*</c> is any member of an object whose names are data.</param>
    /// <param name="integrity">How far it may be trusted.</param>
    /// <param name="confidentiality">How widely it may be shown; as the whole result when null.</param>
    /// <param name="assigned">Whether the tool itself makes the value, whatever it was given, such as the id of what it has just made: arguments do not make it worse then.</param>
    /// <exception cref="ArgumentException">The path has an empty name.</exception>
    public ToolDescriptorBuilder ResultField(string path, Integrity integrity, Confidentiality? confidentiality = null, bool assigned = false)
    {
        Identifier.Validate(path, "path");
        if (path.Split('.').Any(static p => p.Length == 0))
        {
            throw new ArgumentException($"'{path}' has an empty name; write names with single dots between them.", nameof(path));
        }

        ResultFields.Add(new ResultField(path, new Label(integrity, confidentiality ?? ResultLabelValue.Confidentiality), assigned));
        return this;
    }

    /// <summary>
    /// Lets audit records show an argument's value. Without it they hold a keyed digest of all arguments and no value. Secrets that are known are taken
    /// out; what else the value may hold is the host's to judge.
    /// </summary>
    /// <param name="argument">The argument's name, case-sensitive.</param>
    /// <param name="maxCharacters">The most characters that are shown, 1 to 4,096; a longer value is cut.</param>
    public ToolDescriptorBuilder ShowInAudit(string argument, int maxCharacters = 64)
    {
        Identifier.Validate(argument, "argument name");
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCharacters, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxCharacters, 4_096);
        Audited[argument] = maxCharacters;
        return this;
    }

    /// <summary>Declares an argument that only the host supplies. A model that names it is denied.</summary>
    /// <param name="name">The argument's name, case-sensitive.</param>
    public ToolDescriptorBuilder HostOnlyArgument(string name)
    {
        Identifier.Validate(name, "argument name");
        _arguments[name] = new ArgumentDescriptor(name, ArgumentRole.Target, mapToString: true, hostOnly: true, null, null);
        return this;
    }

    /// <summary>The resource is the entity of this type whose id is the argument's value.</summary>
    /// <param name="entityType">The Cedar entity type, such as <c>Invoice</c> or <c>Bank::Account</c>.</param>
    /// <param name="argument">The argument that holds the id: a string or an integer.</param>
    public ToolDescriptorBuilder Resource(string entityType, string argument)
    {
        ResourceTypes = [new EntityUid(entityType, "").Type];
        ResourceArgument = Identifier.Validate(argument, "argument name");
        ResourceMapping = null;
        return this;
    }

    /// <summary>The resource is what the host's function makes of the arguments.</summary>
    /// <param name="entityType">The Cedar entity type of what it makes; policies are checked against it. A call mapped to another one is denied.</param>
    /// <param name="map">Pure and quick; what it throws denies the call with <see cref="ReasonCodes.ResourceMappingFailed"/>.</param>
    public ToolDescriptorBuilder Resource(string entityType, Func<JsonElement, ResourceReference> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return Resources([entityType], arguments => [map(arguments)]);
    }

    /// <summary>The resources are what the host's function makes of the arguments; each of them needs its own permit.</summary>
    /// <param name="entityTypes">The Cedar entity types of what it makes; policies are checked against them. A call mapped to another one is denied.</param>
    /// <param name="map">Pure and quick; what it throws, and an empty answer, deny the call with <see cref="ReasonCodes.ResourceMappingFailed"/>.</param>
    public ToolDescriptorBuilder Resources(ReadOnlySpan<string> entityTypes, Func<JsonElement, IEnumerable<ResourceReference>> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (entityTypes.IsEmpty)
        {
            throw new ArgumentException("Name the entity types that the resources can have.", nameof(entityTypes));
        }

        ResourceTypes = [.. entityTypes.ToArray().Select(static t => new EntityUid(t, "").Type)];
        ResourceMapping = map;
        ResourceArgument = null;
        return this;
    }

    /// <summary>
    /// What the host finds out from the arguments for policies to read, beside them in <c>context.input</c>: what a command line will do, which
    /// tables a query reads. Only policies see it: the tool gets the arguments alone, no call can name it, and it is not part of a call's digest,
    /// since the arguments decide it.
    /// </summary>
    /// <param name="schema">An object schema with the members' types. It is closed, and none has the name of an argument.</param>
    /// <param name="derive">
    /// Pure and bounded in time, given the snapshot of the arguments. What it throws, and an answer that does not fit the schema, deny the call with
    /// <see cref="ReasonCodes.DerivedInputFailed"/>.
    /// </param>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public ToolDescriptorBuilder Derives([StringSyntax(StringSyntaxAttribute.Json)] string schema, Func<JsonElement, JsonElement> derive)
    {
        ArgumentNullException.ThrowIfNull(derive);
        DerivedSchemaValue = JsonElement.Parse(schema);
        DeriveValue = derive;
        return this;
    }

    /// <summary>
    /// Makes an action of its own of those calls that the derived input says are another matter, such as commands that run code which nobody has read.
    /// Policies and mandates that permit the tool's action say nothing of them; all else of the descriptor holds for them too, and whoever revokes the tool
    /// revokes both.
    /// </summary>
    /// <param name="action">The action's id. It lies in the action groups of the tool.</param>
    /// <param name="when">Whether a call is one of them. Given what <see cref="Derives"/> found out; pure and quick. What it throws denies the call with <see cref="ReasonCodes.DerivedInputFailed"/>.</param>
    /// <param name="containment">The containment profile that these calls need; that of the tool if null.</param>
    public ToolDescriptorBuilder ActionApart(string action, Func<JsonElement, bool> when, string? containment = null)
    {
        ArgumentNullException.ThrowIfNull(when);
        _apart = (Identifier.Validate(action, "action"), containment is null ? null : Identifier.Validate(containment, "containment profile"), when);
        return this;
    }

    /// <summary>How much harm a wrong call can do. <see cref="RiskClass.Medium"/> when not set.</summary>
    /// <param name="risk">The class.</param>
    public ToolDescriptorBuilder Risk(RiskClass risk)
    {
        if (!Enum.IsDefined(risk))
        {
            throw new ArgumentOutOfRangeException(nameof(risk), risk, "Use one of the named risk classes.");
        }

        RiskValue = risk;
        return this;
    }

    /// <summary>How far results may be trusted and shown, at best. <see cref="Label.Worst"/> when not set.</summary>
    /// <param name="integrity">How far they may be trusted.</param>
    /// <param name="confidentiality">How widely they may be shown.</param>
    public ToolDescriptorBuilder ResultLabel(Integrity integrity, Confidentiality confidentiality)
    {
        ResultLabelValue = new Label(integrity, confidentiality);
        return this;
    }

    /// <summary>Which service the tool reaches: a host, a product, an account. Not set: what stands before the first dot of its name.</summary>
    /// <param name="service">The service's name.</param>
    public ToolDescriptorBuilder Service(string service)
    {
        ServiceName = Identifier.Validate(service, "service");
        return this;
    }

    /// <summary>Who comes to see what the tool is given: <see cref="Confidentiality.Public"/> for a post that anybody reads. A task that has read what is more confidential raises <see cref="SignalKind.Chaining"/>.</summary>
    /// <param name="audience">The widest audience.</param>
    public ToolDescriptorBuilder ShownTo(Confidentiality audience)
    {
        if (!Enum.IsDefined(audience))
        {
            throw new ArgumentOutOfRangeException(nameof(audience), audience, "Use one of the named levels.");
        }

        AudienceValue = audience;
        return this;
    }

    /// <summary>How long results usually are. A longer one raises <see cref="SignalKind.UnexpectedOutput"/>.</summary>
    /// <param name="characters">The most characters that are usual, at least 1.</param>
    public ToolDescriptorBuilder UsualResult(int characters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(characters, 1);
        UsualResultValue = characters;
        return this;
    }

    /// <summary>How much is usual for a numeric argument: the risk score grows with what goes beyond it.</summary>
    /// <param name="argument">The argument's name.</param>
    /// <param name="amount">What is usual, above zero.</param>
    public ToolDescriptorBuilder UsualAmount(string argument, decimal amount)
    {
        Identifier.Validate(argument, "argument name");
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(amount, 0);
        UsualAmountValue = (argument, amount);
        return this;
    }

    /// <summary>What kind of things the results describe, such as <c>file</c>: the ids in them are ids of such. Not set: of any kind.</summary>
    /// <param name="kind">The kind, in a word of the host's own.</param>
    public ToolDescriptorBuilder ResultKind(string kind)
    {
        ResultKindValue = Identifier.Validate(kind, "kind");
        return this;
    }

    /// <summary>The credential profile that every call needs.</summary>
    /// <param name="profile">The profile's name, as the host declares it.</param>
    public ToolDescriptorBuilder NeedsCredential(string profile)
    {
        CredentialName = Identifier.Validate(profile, "credential profile");
        return this;
    }

    /// <summary>The containment profile that every call needs. Without something that enforces it, calls are denied.</summary>
    /// <param name="profile">The profile's name.</param>
    public ToolDescriptorBuilder NeedsContainment(string profile)
    {
        ContainmentName = Identifier.Validate(profile, "containment profile");
        return this;
    }

    /// <summary>Says that calling twice with the same arguments does no more than calling once. Tools are taken not to be unless they say so.</summary>
    public ToolDescriptorBuilder Idempotent()
    {
        IdempotentValue = true;
        return this;
    }

    /// <summary>The JSON Schema of the arguments: it types what policy sees and closes the set of names.</summary>
    /// <param name="schema">An object schema.</param>
    public ToolDescriptorBuilder InputSchema(JsonElement schema)
    {
        InputSchemaValue = schema.Clone();
        return this;
    }

    /// <summary>The JSON Schema of the arguments: it types what policy sees and closes the set of names.</summary>
    /// <param name="schema">An object schema, as JSON text.</param>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public ToolDescriptorBuilder InputSchema([StringSyntax(StringSyntaxAttribute.Json)] string schema)
    {
        InputSchemaValue = JsonElement.Parse(schema);
        return this;
    }

    /// <summary>The JSON Schema that results are held against.</summary>
    /// <param name="schema">A schema.</param>
    public ToolDescriptorBuilder OutputSchema(JsonElement schema)
    {
        OutputSchemaValue = schema.Clone();
        return this;
    }

    /// <summary>Lets through arguments that are declared nowhere, for tools whose arguments are open by nature. They get the role <see cref="ArgumentRole.Target"/>.</summary>
    public ToolDescriptorBuilder AcceptUndeclaredArguments()
    {
        AcceptUndeclared = true;
        return this;
    }

    /// <summary>Makes the descriptor.</summary>
    /// <exception cref="InvalidOperationException">The declarations do not fit together; the message says which and how to mend it.</exception>
    public ToolDescriptor Build()
    {
        JsonShape shape;
        try
        {
            shape = JsonShape.From(InputSchemaValue);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidOperationException($"The input schema of the tool '{Name}' holds a name that is not valid Unicode; no argument can be called so. Take it out.", e);
        }

        foreach (ArgumentDescriptor argument in _arguments.Values)
        {
            if (!argument.IsHostOnly && shape.IsClosed && !shape.Knows(argument.Name))
            {
                throw new InvalidOperationException(
                    $"Tool '{Name}' declares the argument '{argument.Name}', which its input schema does not have{Nearest.Hint(argument.Name, shape.Names)}");
            }

            if (argument.Default is { } value
                && (value.ValueKind == JsonValueKind.Null || (!argument.MapsToString && !shape.Property(argument.Name).Fits(value))))
            {
                throw new InvalidOperationException(
                    $"Tool '{Name}' gives the argument '{argument.Name}' a default that its input schema does not allow; leave it out, or make both agree.");
            }
        }

        foreach (string shown in Audited.Keys)
        {
            if (_arguments.TryGetValue(shown, out ArgumentDescriptor? declared) ? declared.IsHostOnly : shape.IsClosed && !shape.Knows(shown))
            {
                throw new InvalidOperationException(
                    $"Tool '{Name}' shows the argument '{shown}' in the audit, which {(declared is null ? $"its input schema does not have{Nearest.Hint(shown, shape.Names)}" : "only the host supplies; its id stands in the digest.")}");
            }
        }

        CheckDerived(shape);
        if (ResourceArgument is not null && _arguments.TryGetValue(ResourceArgument, out ArgumentDescriptor? naming) && naming.IsHostOnly)
        {
            throw new InvalidOperationException(
                $"Tool '{Name}' takes its resource from the argument '{ResourceArgument}', which only the host supplies; policy never sees it. Map the resource from another one.");
        }

        if (ResourceArgument is not null && !_arguments.ContainsKey(ResourceArgument) && !shape.Knows(ResourceArgument))
        {
            throw new InvalidOperationException(
                $"Tool '{Name}' takes its resource from the argument '{ResourceArgument}', which is neither declared nor in its input schema.");
        }

        if (_apart is not { } apart)
        {
            return new ToolDescriptor(this, null);
        }

        if (DeriveValue is null)
        {
            throw new InvalidOperationException($"Tool '{Name}' has the action '{apart.Action}' for some of its calls, and derives nothing that says which; add Derives(...).");
        }

        if (apart.Action == ActionName)
        {
            throw new InvalidOperationException($"Tool '{Name}' names its own action '{apart.Action}' for some of its calls; an action apart has another name.");
        }

        (string action, string? containment) = (ActionName, ContainmentName);
        (ActionName, ContainmentName) = (apart.Action, apart.Containment ?? containment);
        ToolDescriptor other = new(this, null);
        (ActionName, ContainmentName) = (action, containment);
        return new ToolDescriptor(this, new CallsApart(other, apart.When));
    }

    private void CheckDerived(JsonShape arguments)
    {
        if (DerivedSchemaValue is not { } schema)
        {
            return;
        }

        JsonShape derived = JsonShape.From(schema);
        if (derived.Kind != JsonKind.Object || !derived.IsClosed)
        {
            throw new InvalidOperationException($"What the tool '{Name}' derives needs an object schema with properties and no others; policies are checked against it.");
        }

        foreach (string name in derived.Names)
        {
            if (_arguments.ContainsKey(name) || arguments.Knows(name))
            {
                throw new InvalidOperationException($"The tool '{Name}' derives '{name}', which is also the name of an argument; policies could not tell them apart.");
            }
        }
    }
}
