using System.Text;
using IntentAuthz.Cedar.Ast;

namespace IntentAuthz.Cedar.Syntax;

/// <summary>Writes policies as Cedar text in one canonical layout; what the parser reads back is the same tree.</summary>
internal static class PolicyPrinter
{
    public static string Print(PolicyBody body, ScopeConstraint principal, ScopeConstraint resource)
    {
        var builder = new StringBuilder();
        foreach (var annotation in body.Annotations)
        {
            builder.Append('@').Append(annotation.Name);
            if (annotation.HasValue)
            {
                builder.Append('(');
                CedarText.AppendQuoted(builder, annotation.Value);
                builder.Append(')');
            }

            builder.Append('\n');
        }

        builder.Append(body.Effect == PolicyEffect.Permit ? "permit" : "forbid").Append(" (\n  ");
        principal.AppendTo(builder, "principal");
        builder.Append(",\n  ");
        body.Action.AppendTo(builder, "action");
        builder.Append(",\n  ");
        resource.AppendTo(builder, "resource");
        builder.Append("\n)");
        foreach (var condition in body.Conditions)
        {
            builder.Append(condition.IsWhen ? "\nwhen { " : "\nunless { ");
            ExpressionPrinter.Append(builder, condition.Body);
            builder.Append(" }");
        }

        return builder.Append(';').ToString();
    }
}
