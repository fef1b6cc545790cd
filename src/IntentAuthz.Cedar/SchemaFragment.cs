using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using IntentAuthz.Cedar.Schemas;
using IntentAuthz.Cedar.Schemas.Syntax;
using IntentAuthz.Cedar.Schemas.Writing;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>
/// A part of a schema, read but not resolved: its names may refer to other fragments. <see cref="Schema.Create"/> puts fragments
/// together. Immutable and safe to share.
/// </summary>
public sealed class SchemaFragment
{
    private SchemaFragment(ImmutableArray<NamespaceNode> namespaces, SourceText source, IReadOnlyList<CedarDiagnostic> warnings)
    {
        Namespaces = namespaces;
        Source = source;
        Warnings = warnings;
    }

    /// <summary>What is allowed but probably a mistake, such as a declaration that hides a built-in type.</summary>
    public IReadOnlyList<CedarDiagnostic> Warnings { get; }

    internal ImmutableArray<NamespaceNode> Namespaces { get; }

    internal SourceText Source { get; }

    /// <summary>Reads the human-readable form.</summary>
    /// <param name="text">Any number of declarations.</param>
    /// <param name="sourceName">A name for error reports, usually the path.</param>
    /// <exception cref="CedarSchemaException">The text has errors; it is refused whole.</exception>
    public static SchemaFragment ParseCedar(string text, string? sourceName = null) =>
        TryParseCedar(text, sourceName, out var fragment, out var errors) ? fragment : throw new CedarSchemaException(errors);

    /// <summary>Reads the human-readable form, and gives errors as values.</summary>
    /// <param name="text">Any number of declarations.</param>
    /// <param name="sourceName">A name for error reports, usually the path.</param>
    /// <param name="fragment">The fragment, or null if there are errors.</param>
    /// <param name="errors">The errors, at most <see cref="CedarLimits.MaxDiagnostics"/> and a note that there are more.</param>
    public static bool TryParseCedar(string text, string? sourceName, [NotNullWhen(true)] out SchemaFragment? fragment, out IReadOnlyList<CedarDiagnostic> errors)
    {
        ArgumentNullException.ThrowIfNull(text);
        var source = new SourceText(text, sourceName);
        var bag = new DiagnosticBag(source);
        var warnings = new DiagnosticBag(source);
        var namespaces = SchemaTextParser.Parse(source, bag, warnings);
        ShadowingWarnings.Report(namespaces, warnings);
        errors = bag.ToList();
        fragment = bag.Any ? null : new(namespaces, source, warnings.ToList());
        return fragment is not null;
    }

    /// <summary>Reads the JSON form.</summary>
    /// <param name="json">An object of namespaces.</param>
    /// <param name="sourceName">A name for error reports, usually the path.</param>
    /// <exception cref="CedarSchemaException">The document has errors; it is refused whole.</exception>
    public static SchemaFragment ParseJson(string json, string? sourceName = null) =>
        TryParseJson(json, sourceName, out var fragment, out var errors) ? fragment : throw new CedarSchemaException(errors);

    /// <summary>Reads the JSON form, and gives errors as values.</summary>
    /// <param name="json">An object of namespaces.</param>
    /// <param name="sourceName">A name for error reports, usually the path.</param>
    /// <param name="fragment">The fragment, or null if there are errors.</param>
    /// <param name="errors">The errors, at most <see cref="CedarLimits.MaxDiagnostics"/> and a note that there are more.</param>
    public static bool TryParseJson(string json, string? sourceName, [NotNullWhen(true)] out SchemaFragment? fragment, out IReadOnlyList<CedarDiagnostic> errors)
    {
        ArgumentNullException.ThrowIfNull(json);
        var source = new SourceText(json, sourceName);
        var bag = new DiagnosticBag(source);
        var namespaces = SchemaJsonParser.Parse(source, bag);
        errors = bag.ToList();
        fragment = bag.Any ? null : new(namespaces, source, []);
        return fragment is not null;
    }

    /// <summary>The fragment in the JSON form.</summary>
    public string ToJson() => SchemaJsonWriter.Write(Namespaces);

    /// <summary>
    /// The fragment in the human-readable form. Where the JSON form says more than that can express (an entity type whose
    /// attributes are a common type, a name that would then mean something else), the result is null.
    /// </summary>
    public string? ToCedar() => SchemaTextWriter.Write(Namespaces);
}
