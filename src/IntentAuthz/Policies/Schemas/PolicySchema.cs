using System.Collections.Frozen;
using System.Text.Json.Nodes;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// The Cedar schema that policies are checked against: one action for each tool's action, with the tool's arguments as <c>context.input</c>, the
/// administrative actions, and what the host declares of its own entities. Print it for an editor, or hand <see cref="Schema"/> to
/// <see cref="Validator"/>. Immutable and safe for use by many threads.
/// </summary>
public sealed class PolicySchema
{
    private readonly Lazy<string> _json;
    private readonly FrozenSet<string> _undeclared;

    internal PolicySchema(Schema schema, JsonObject json, IReadOnlyList<PolicySchemaNote> notes, FrozenSet<string> undeclared)
    {
        Schema = schema;
        Notes = notes;
        _json = new Lazy<string>(() => json.ToJsonString()); // nodes are not safe to read by many threads; the text is
        _undeclared = undeclared;
    }

    /// <summary>The schema.</summary>
    public Schema Schema { get; }

    /// <summary>What tools say, or leave open, and the schema cannot hold; tool by tool.</summary>
    public IReadOnlyList<PolicySchemaNote> Notes { get; }

    /// <summary>Makes the schema of tools, as a host does that adds them.</summary>
    /// <param name="tools">The tools.</param>
    /// <param name="declarations">The host's own entity types. What they say of <c>IntentAuthz::Agent</c> and its like is added to what the library says.</param>
    /// <exception cref="PolicyLoadException">What is declared does not fit together; each problem says how to mend it.</exception>
    public static PolicySchema Create(IEnumerable<ToolDescriptor> tools, params IEnumerable<SchemaFragment> declarations)
    {
        ArgumentNullException.ThrowIfNull(tools);
        ArgumentNullException.ThrowIfNull(declarations);
        return new PolicySchemaBuilder().Build([.. tools.OrderBy(static t => t.Name, StringComparer.Ordinal).SelectMany(static t => t.Forms)], [.. declarations]);
    }

    /// <summary>The whole schema in Cedar's own form, as editors read it.</summary>
    public string ToCedar() =>
        SchemaFragment.ParseJson(ToJson()).ToCedar()
        ?? throw new InvalidOperationException("What the host declares can be written as JSON only; use ToJson().");

    /// <summary>The whole schema in the JSON form.</summary>
    public string ToJson() => _json.Value;

    /// <summary>The entity types that tools name as those of their resources, and nobody has declared.</summary>
    internal IEnumerable<string> Undeclared => _undeclared;
}
