using System.Collections.Immutable;
using System.Globalization;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Extensions;
using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Validation;

/// <summary>Calls of extension functions and methods.</summary>
internal sealed partial class Typechecker
{
    private TypedExpr CheckCall(ExtensionCallExpr call, CapabilitySet known)
    {
        var entry = ExtensionCatalog.Describe(call.Function);
        var (parameters, returns) = Signature(call.Function);
        var isSound = CheckArguments(call, entry, parameters.Length);
        var isValid = true;
        for (var i = 0; i < call.Arguments.Length; i++)
        {
            var argument = call.Arguments[i];
            var result = Check(argument, known);
            if (isSound)
            {
                result = Expect(result, argument.Range, type => ReferenceEquals(type, parameters[i]), parameters[i].ToString(), type => HelpForArgument(type, parameters[i]));
            }

            isValid &= result.IsValid;
        }

        return TypedExpr.Valid(returns).If(isSound && isValid);
    }

    private bool CheckArguments(ExtensionCallExpr call, ExtensionCatalog.Entry entry, int expected)
    {
        var isSound = true;
        if (call.Arguments.Length != expected)
        {
            _findings.Add(FindingCodes.WrongArity, call.Range, string.Create(CultureInfo.InvariantCulture, $"`{entry.Name}` takes {expected} argument{(expected == 1 ? "" : "s")}, found {call.Arguments.Length}"));
            isSound = false;
        }

        if (entry.IsMethod)
        {
            return isSound;
        }

        // A constructor: a literal that is none of its values would always fail.
        if (call.Arguments is [LiteralExpr { Value: CedarString text }, ..] && ExtensionCalls.Invoke(call.Function, [text], out var error) is null)
        {
            _findings.Add(FindingCodes.InvalidLiteral, call.Arguments[0].Range, error!.Message, error.Help);
            isSound = false;
        }

        if (_isStrict && call.Arguments.Any(argument => argument is not LiteralExpr))
        {
            _findings.Add(FindingCodes.NonLiteralConstructor, call.Range, $"`{entry.Name}` needs a literal in strict validation", "give the value as an attribute of the extension type instead of as a string");
            isSound = false;
        }

        return isSound;
    }

    private static string? HelpForArgument(CedarType actual, CedarType expected) =>
        actual is StringType && expected is ExtensionType extension ? $"make it one with `{extension.Constructor}(…)`" : null;

    private static (ImmutableArray<CedarType> Parameters, CedarType Returns) Signature(ExtensionFunction function) => function switch
    {
        ExtensionFunction.Decimal => ([StringType.Instance], ExtensionType.Decimal),
        ExtensionFunction.Ip => ([StringType.Instance], ExtensionType.IpAddress),
        ExtensionFunction.Datetime => ([StringType.Instance], ExtensionType.Datetime),
        ExtensionFunction.Duration => ([StringType.Instance], ExtensionType.Duration),
        ExtensionFunction.LessThan or ExtensionFunction.LessThanOrEqual or ExtensionFunction.GreaterThan or ExtensionFunction.GreaterThanOrEqual =>
            ([ExtensionType.Decimal, ExtensionType.Decimal], BoolType.Any),
        ExtensionFunction.IsIpv4 or ExtensionFunction.IsIpv6 or ExtensionFunction.IsLoopback or ExtensionFunction.IsMulticast =>
            ([ExtensionType.IpAddress], BoolType.Any),
        ExtensionFunction.IsInRange => ([ExtensionType.IpAddress, ExtensionType.IpAddress], BoolType.Any),
        ExtensionFunction.Offset => ([ExtensionType.Datetime, ExtensionType.Duration], ExtensionType.Datetime),
        ExtensionFunction.DurationSince => ([ExtensionType.Datetime, ExtensionType.Datetime], ExtensionType.Duration),
        ExtensionFunction.ToDate => ([ExtensionType.Datetime], ExtensionType.Datetime),
        ExtensionFunction.ToTime => ([ExtensionType.Datetime], ExtensionType.Duration),
        _ => ([ExtensionType.Duration], LongType.Instance),
    };
}
