namespace IntentAuthz.Cedar.Syntax;

/// <summary>The stable codes of syntax errors. docs/cedar.md explains each.</summary>
internal static class DiagnosticCodes
{
    public const string SourceTooLong = "source-too-long";
    public const string InvalidUtf16 = "invalid-utf16";
    public const string TokenTooLong = "token-too-long";
    public const string TooDeep = "too-deep";
    public const string TooManyErrors = "too-many-errors";
    public const string InvalidToken = "invalid-token";
    public const string UnterminatedString = "unterminated-string";
    public const string InvalidEscape = "invalid-escape";
    public const string IntegerOutOfRange = "integer-out-of-range";
    public const string UnexpectedToken = "unexpected-token";
    public const string InvalidEffect = "invalid-effect";
    public const string DuplicateAnnotation = "duplicate-annotation";
    public const string InvalidCondition = "invalid-condition";
    public const string EmptyCondition = "empty-condition";
    public const string InvalidScope = "invalid-scope";
    public const string InvalidScopeOperator = "invalid-scope-operator";
    public const string InvalidScopeEntity = "invalid-scope-entity";
    public const string InvalidActionType = "invalid-action-type";
    public const string InvalidSlot = "invalid-slot";
    public const string ReservedIdentifier = "reserved-identifier";
    public const string InvalidVariable = "invalid-variable";
    public const string UnknownFunction = "unknown-function";
    public const string UnknownMethod = "unknown-method";
    public const string InvalidCall = "invalid-call";
    public const string WrongArity = "wrong-arity";
    public const string InvalidEntity = "invalid-entity";
    public const string InvalidEntityType = "invalid-entity-type";
    public const string InvalidAttribute = "invalid-attribute";
    public const string InvalidPattern = "invalid-pattern";
    public const string DuplicateKey = "duplicate-key";
    public const string AmbiguousOperators = "ambiguous-operators";
    public const string InvalidOperator = "invalid-operator";
    public const string TooManyOperators = "too-many-operators";
}
