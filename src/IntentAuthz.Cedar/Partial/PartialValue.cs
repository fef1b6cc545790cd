using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Evaluation;

namespace IntentAuthz.Cedar.Partial;

/// <summary>What an expression comes to while parts of the request are unknown: a value, a failure, or what is left of it.</summary>
internal readonly struct PartialValue
{
    /// <summary>The value, or null.</summary>
    public CedarValue? Value { get; private init; }

    /// <summary>What depends on the unknown parts, or null.</summary>
    public Expr? Residual { get; private init; }

    /// <summary>Why there is no value whatever the unknown parts are, or null.</summary>
    public EvaluationError? Error { get; private init; }

    /// <summary>The truth of a known bool, else null.</summary>
    public bool? Truth => Value is CedarBool { Value: var truth } ? truth : null;

    public static PartialValue Of(CedarValue value) => new() { Value = value };

    public static PartialValue Left(Expr residual) => new() { Residual = residual };

    public static PartialValue Failure(EvaluationError error) => new() { Error = error };
}
