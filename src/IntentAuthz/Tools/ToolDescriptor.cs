using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// What the host declares of a tool: what it does, what its arguments mean, how dangerous it is, how far its results may be trusted,
/// and what must hold while it runs. A call of a tool without a descriptor is denied. Immutable and safe for use by many threads.
/// </summary>
public sealed class ToolDescriptor
{
    internal ToolDescriptor(ToolDescriptorBuilder builder, CallsApart? apart)
    {
        Apart = apart;
        Name = builder.Name;
        NameHash = RevocationTarget.HashOf(Name);
        Action = new EntityUid(EntityTypes.Action, builder.ActionName);
        ActionGroups = [.. builder.ActionGroupNames.Select(static g => new EntityUid(EntityTypes.Action, g))];
        Risk = builder.RiskValue;
        ResultLabel = builder.ResultLabelValue;
        Credential = builder.CredentialName;
        Containment = builder.ContainmentName;
        IsIdempotent = builder.IdempotentValue;
        InputSchema = builder.InputSchemaValue;
        OutputSchema = builder.OutputSchemaValue;
        Input = JsonShape.From(InputSchema);
        DerivedSchema = builder.DerivedSchemaValue;
        Derived = DerivedSchema is null ? null : JsonShape.From(DerivedSchema);
        Derive = builder.DeriveValue;
        Output = OutputSchema is null ? null : JsonShape.From(OutputSchema);
        DeclaredArguments = builder.Arguments.ToFrozenDictionary(static a => a.Name, StringComparer.Ordinal);
        KnownArguments = new KnownArguments(Input, DeclaredArguments);
        AuditedArguments = builder.Audited.ToFrozenDictionary(StringComparer.Ordinal);
        ArgumentsWithDefaults = [.. builder.Arguments.Where(static a => a.Default is not null)];
        AcceptsUndeclaredArguments = builder.AcceptUndeclared;
        MapResources = builder.ResourceMapping;
        ResourceArgument = builder.ResourceArgument;
        ResourceTypes = builder.ResourceTypes;
        Audited = new AuditedTool(Name, Action.ToString());
        ToolAsResourceText = [new EntityUid(EntityTypes.Tool, Name).ToString()];
        ToolAsResource = [new Entity(new EntityUid(EntityTypes.Tool, Name), CedarRecord.Empty, [])];
        OwnObligations = Credential is null && Containment is null
            ? Obligations.None
            : new Obligations { Credential = Credential, Containments = Containment is null ? [] : [Containment] };
        ActionEntity = new Entity(Action, CedarRecord.Empty, ActionGroups);
        Effect = builder.EffectValue;
        Service = builder.ServiceName ?? Name.Split('.', 2)[0];
        UsualResult = builder.UsualResultValue;
        Audience = builder.AudienceValue;
        UsualAmount = builder.UsualAmountValue;
        ResultKind = builder.ResultKindValue;
        MemberRoles = builder.MemberRoles.ToFrozenDictionary(StringComparer.Ordinal);
        ResultFields = [.. builder.ResultFields];
        ResultLabels = ResultLabels.Of(ResultLabel, ResultFields);
        Actions = apart is null ? [Action] : [Action, apart.Descriptor.Action];
        Digest = ToolDescriptorDigest.Of(this);
    }

    /// <summary>The tool's name: ordinal and case-sensitive.</summary>
    public string Name { get; }

    /// <summary>The hash of the name, for the check whether the tool is revoked.</summary>
    internal uint NameHash { get; }

    /// <summary>The Cedar action, <c>Action::"…"</c>.</summary>
    public EntityUid Action { get; }

    /// <summary>The actions that calls of the tool can be: <see cref="Action"/>, and the one of those calls that are another matter, if there are any.</summary>
    public ImmutableArray<EntityUid> Actions { get; }

    /// <summary>Calls that are an action of their own, or null.</summary>
    internal CallsApart? Apart { get; }

    /// <summary>The descriptors under which calls of the tool are decided: this one, and that of the calls apart.</summary>
    internal IEnumerable<ToolDescriptor> Forms => Apart is null ? [this] : [this, Apart.Descriptor];

    /// <summary>The action groups, which policies reach by <c>action in Action::"…"</c>.</summary>
    public ImmutableArray<EntityUid> ActionGroups { get; }

    /// <summary>The arguments that were declared, by name.</summary>
    public IReadOnlyDictionary<string, ArgumentDescriptor> Arguments => DeclaredArguments;

    internal FrozenDictionary<string, ArgumentDescriptor> DeclaredArguments { get; }

    /// <summary>What schema and descriptor say of each argument.</summary>
    internal KnownArguments KnownArguments { get; }

    /// <summary>The arguments whose values audit records show, with the most characters of each. None unless the host says so.</summary>
    public IReadOnlyDictionary<string, int> AuditedArguments { get; }

    /// <summary>The risk class.</summary>
    public RiskClass Risk { get; }

    /// <summary>What it does to the world, in a word.</summary>
    public ToolEffect Effect { get; }

    /// <summary>How far results may be trusted and shown, at best.</summary>
    public Label ResultLabel { get; }

    /// <summary>Which service the tool reaches.</summary>
    public string Service { get; }

    /// <summary>The most characters that are usual for a result, or null.</summary>
    public int? UsualResult { get; }

    /// <summary>Who comes to see what the tool is given; null for nobody beyond those who could.</summary>
    public Confidentiality? Audience { get; }

    /// <summary>What kind of things the results describe, or null.</summary>
    public string? ResultKind { get; }

    /// <summary>The parts of results that have labels of their own.</summary>
    public ImmutableArray<ResultField> ResultFields { get; }

    /// <summary>The credential profile every call needs, or null. A permit can name another by <c>@credential</c> only if both are the same.</summary>
    public string? Credential { get; }

    /// <summary>The containment profile every call needs, or null.</summary>
    public string? Containment { get; }

    /// <summary>Whether a second call with the same arguments does no more than the first.</summary>
    public bool IsIdempotent { get; }

    /// <summary>The JSON Schema of the arguments, or null.</summary>
    public JsonElement? InputSchema { get; }

    /// <summary>The JSON Schema of what the host derives from the arguments for policies, or null.</summary>
    public JsonElement? DerivedSchema { get; }

    /// <summary>The JSON Schema of results, or null.</summary>
    public JsonElement? OutputSchema { get; }

    /// <summary>SHA-256 over everything declared here, in lower-case hexadecimal: an approval given for one descriptor is void under another.</summary>
    public string Digest { get; }

    /// <summary>Whether arguments that neither a schema nor the descriptor names are let through to policy. Off unless asked for.</summary>
    public bool AcceptsUndeclaredArguments { get; }

    /// <summary>The roles of members of arguments, by their path, where they differ from the argument's own.</summary>
    internal FrozenDictionary<string, MemberRole> MemberRoles { get; }

    internal ResultLabels ResultLabels { get; }

    internal (string Argument, decimal Amount)? UsualAmount { get; }

    internal JsonShape Input { get; }

    /// <summary>What results must look like, or null when that is not declared.</summary>
    internal JsonShape? Output { get; }

    /// <summary>Those that fill in a value when the call leaves them out; apart, so that a call of a tool without any costs nothing.</summary>
    internal ImmutableArray<ArgumentDescriptor> ArgumentsWithDefaults { get; }

    /// <summary>What is derived from the arguments must look like this; null when nothing is.</summary>
    internal JsonShape? Derived { get; }

    internal Func<JsonElement, JsonElement>? Derive { get; }

    internal Func<JsonElement, IEnumerable<ResourceReference>>? MapResources { get; }

    internal string? ResourceArgument { get; }

    /// <summary>The entity types that the resources of a call can have.</summary>
    internal ImmutableArray<string> ResourceTypes { get; }

    /// <summary>The resource of a call whose descriptor maps none: the tool itself.</summary>
    internal ImmutableArray<Entity> ToolAsResource { get; }

    internal ImmutableArray<string> ToolAsResourceText { get; }

    /// <summary>The tool as audit records name it.</summary>
    internal AuditedTool Audited { get; }

    /// <summary>What every call must meet, whatever policies ask for besides.</summary>
    internal Obligations OwnObligations { get; }

    internal Entity ActionEntity { get; }

    /// <summary>Begins a descriptor.</summary>
    /// <param name="name">The tool's name, 1 to 256 characters.</param>
    public static ToolDescriptorBuilder For(string name) => new(name);

    /// <summary>Reads the descriptor from a method that carries <see cref="ToolAttribute"/>.</summary>
    /// <param name="method">The tool's method; its parameters' attributes and simple types are read, and it is not called.</param>
    /// <returns>A builder, so that what attributes cannot say can be added.</returns>
    /// <exception cref="ArgumentException">The method has no <see cref="ToolAttribute"/>.</exception>
    public static ToolDescriptorBuilder FromMethod(Delegate method)
    {
        ArgumentNullException.ThrowIfNull(method);
        return ToolMethodReader.Read(method.Method);
    }

    internal string? KindOf(string argument) => Arguments.TryGetValue(argument, out ArgumentDescriptor? declared) ? declared.Kind : null;

    internal ArgumentRole RoleOf(string argument) =>
        Arguments.TryGetValue(argument, out ArgumentDescriptor? declared) ? declared.Role : ArgumentRole.Target;

    /// <summary>The tool's name.</summary>
    public override string ToString() => Name;
}
