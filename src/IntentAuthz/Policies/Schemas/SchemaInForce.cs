using System.Runtime.CompilerServices;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>
/// The schema of the tools there are now. It changes when a tool is added, and then the policies in force are checked against it before the
/// tool can be called; mandates are checked when a task is opened under them. Safe for use by many threads.
/// </summary>
internal sealed class SchemaInForce
{
    private readonly IReadOnlyList<SchemaFragment> _declarations;
    private readonly ValidationMode _mode;
    private readonly CedarPolicyEngine? _engine; // null where the host brought an engine of its own
    private ConditionalWeakTable<Mandate, string> _checked = []; // a mandate that was checked against the current schema, and what is wrong with it
    private PolicySchema _current;

    internal SchemaInForce(PolicySchema current, IReadOnlyList<SchemaFragment> declarations, ValidationMode mode, CedarPolicyEngine? engine)
    {
        _current = current;
        _declarations = declarations;
        _mode = mode;
        _engine = engine;
    }

    internal PolicySchema Current => Volatile.Read(ref _current);

    /// <summary>Takes the tools that are about to be there, one call at a time. Throws when what is declared, or a policy in force, does not fit them.</summary>
    internal void Prepare(IReadOnlyCollection<ToolDescriptor> tools)
    {
        PolicySchema next = PolicySchema.Create(tools, _declarations);
        _engine?.Adopt(next);
        Volatile.Write(ref _current, next);
        Volatile.Write(ref _checked, []);
    }

    /// <summary>What is wrong with a mandate, in one line a problem, or null.</summary>
    internal string? WhatIsWrongWith(Mandate mandate)
    {
        ConditionalWeakTable<Mandate, string> known = Volatile.Read(ref _checked); // before the schema, so that no old answer lands in a new table
        string problems = known.GetValue(mandate, m => string.Join(Environment.NewLine, m.Check(Current, _mode)));
        return problems.Length > 0 ? problems : null;
    }
}
