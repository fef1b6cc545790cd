using IntentAuthz.Cedar.Schemas.Syntax;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Schemas.Resolution;

/// <summary>A declaration with what is needed to resolve it: the namespace it stands in, and where errors in it go.</summary>
internal sealed record Declaration<T>(string Name, T Node, NamespaceNode Namespace, DiagnosticBag Errors)
    where T : SchemaNode
{
    public void Report(string code, TextRange range, string message, string? help = null) => Errors.Add(code, range, message, help);
}
