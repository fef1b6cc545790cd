using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Syntax;
using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Validation;

/// <summary>Operands that must have a certain type. One that has another is reported and has no type any more.</summary>
internal sealed partial class Typechecker
{
    private TypedExpr CheckBool(Expr expr, CapabilitySet known) => Expect(Check(expr, known), expr.Range, static type => type is BoolType, "Bool");

    private TypedExpr CheckLong(Expr expr, CapabilitySet known, Func<CedarType, string?>? help) =>
        Expect(Check(expr, known), expr.Range, static type => type is LongType, "Long", help);

    private TypedExpr CheckString(Expr expr, CapabilitySet known, Func<CedarType, string?>? help = null) =>
        Expect(Check(expr, known), expr.Range, static type => type is StringType, "String", help);

    private TypedExpr CheckEntity(Expr expr, CapabilitySet known, Func<CedarType, string?>? help = null) =>
        Expect(Check(expr, known), expr.Range, static type => type is EntityReferenceType, "an entity", help);

    private TypedExpr CheckAnySet(Expr expr, CapabilitySet known, Func<CedarType, string?>? help = null) =>
        Expect(Check(expr, known), expr.Range, static type => type is SetType, "a set", help);

    private TypedExpr CheckEntityOrRecord(Expr expr, CapabilitySet known, Func<CedarType, string?>? help = null) =>
        ExpectEntityOrRecord(Check(expr, known), expr.Range, help);

    private TypedExpr ExpectEntityOrRecord(TypedExpr actual, TextRange range, Func<CedarType, string?>? help = null) =>
        Expect(actual, range, static type => type is EntityReferenceType or RecordType, "an entity or a record", help);

    private TypedExpr CheckEntityOrEntities(Expr expr, CapabilitySet known) =>
        Expect(
            Check(expr, known),
            expr.Range,
            static type => type is EntityReferenceType or SetType { Element: EntityReferenceType or NeverType },
            "an entity or a set of entities",
            static type => type switch
            {
                SetType => "whether a set holds a value is asked with `contains`",
                StringType => "text is matched with `like`",
                _ => null,
            });

    private TypedExpr Expect(TypedExpr actual, TextRange range, Func<CedarType, bool> isExpected, string expected, Func<CedarType, string?>? help = null)
    {
        if (actual.Type is null)
        {
            return TypedExpr.Invalid();
        }

        if (actual.Type is NeverType || isExpected(actual.Type))
        {
            return actual;
        }

        ReportUnexpected(range, expected, actual.Type, help?.Invoke(actual.Type));
        return TypedExpr.Invalid();
    }

    private void ReportUnexpected(TextRange range, string expected, CedarType actual, string? help = null) =>
        _findings.Add(FindingCodes.UnexpectedType, range, $"expected {expected}, found `{actual}`", help);
}
