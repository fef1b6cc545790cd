using System.Runtime.CompilerServices;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Evaluation;
using IntentAuthz.Cedar.Extensions;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Explaining;

/// <summary>
/// Says conditions in English: <c>context.amount &lt;= 500</c> is "amount must be at most 500 (it is 900)". What has no words is quoted. The
/// length of what comes out is bounded, whatever goes in. One thread at a time.
/// </summary>
internal sealed class ConditionWords(Interpreter interpreter, CedarVocabulary vocabulary, PolicyBody body)
{
    private const int MaxParts = 4; // of one "and" or "or"; the rest is counted
    private const int MaxNesting = 4;
    private const int MaxNameHeight = 12; // what is printed to be looked up is small

    /// <summary>The sentence for a condition that is, must be or were as wanted.</summary>
    public string Say(Expr expr, bool wanted, ClauseForm form, int nesting = 0)
    {
        if (nesting > MaxNesting || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return Quoted(expr, wanted).InForm(form);
        }

        switch (expr)
        {
            case UnaryExpr { Operator: UnaryOperator.Not } not:
                return Say(not.Operand, !wanted, form, nesting); // at most as often as the tree is high
            case AndExpr and:
                return SayAll(and.Operands, wanted, form, isAll: wanted, nesting);
            case OrExpr or:
                return SayAll(or.Operands, wanted, form, isAll: !wanted, nesting);
            case IfExpr conditional when interpreter.Evaluate(conditional.Condition) is CedarBool { Value: var taken }:
                return $"{Say(taken ? conditional.WhenTrue : conditional.WhenFalse, wanted, form, nesting + 1)}, since {Say(conditional.Condition, taken, ClauseForm.Is, nesting + 1)},".TrimEnd(',');
            default:
                var (clause, actual) = Leaf(expr, wanted);
                return actual is null ? clause.InForm(form) : $"{clause.InForm(form)} ({actual})";
        }
    }

    /// <summary>The operands of a condition whose values say why it is as it is.</summary>
    public IReadOnlyList<TracedValue> ValuesOf(Expr expr)
    {
        const int MaxValues = 8, MaxVisited = 256;
        var values = new List<TracedValue>();
        var pending = new Stack<Expr>();
        pending.Push(expr);
        for (var visited = 0; visited < MaxVisited && values.Count < MaxValues && pending.TryPop(out var next); visited++)
        {
            if (next is GetAttributeExpr or VariableExpr { Variable: not CedarVariable.Context } or BinaryExpr { Operator: BinaryOperator.GetTag })
            {
                var text = ExplanationText.Code(next, body);
                if (!values.Exists(v => v.Expression == text))
                {
                    values.Add(new(text, interpreter.Evaluate(next) is { } value ? ExplanationText.Value(value) : null));
                }

                continue;
            }

            foreach (var child in ExprChildren.Of(next).Take(MaxVisited).Reverse())
            {
                pending.Push(child);
            }
        }

        return values;
    }

    /// <summary>What an expression is called.</summary>
    public string NameOf(Expr expr)
    {
        switch (expr)
        {
            case LiteralExpr literal:
                return ExplanationText.Value(literal.Value);
            case VariableExpr or GetAttributeExpr when expr.Height <= MaxNameHeight && PathOf(expr) is { } path:
                return path;
            case BinaryExpr { Operator: BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply } binary when expr.Height <= MaxNesting:
                return $"{TermOf(binary.Left)} {(binary.Operator switch { BinaryOperator.Add => "plus", BinaryOperator.Subtract => "minus", _ => "times" })} {TermOf(binary.Right)}";
            case BinaryExpr { Operator: BinaryOperator.GetTag, Right: LiteralExpr { Value: CedarString tag } } get when expr.Height <= MaxNesting:
                return $"the tag {ExplanationText.Shown(tag.Value)} of {NameOf(get.Left)}";
            case ExtensionCallExpr { Function: ExtensionFunction.DurationSince, Arguments: [var later, var earlier] } when expr.Height <= MaxNesting:
                return $"the time from {NameOf(earlier)} to {NameOf(later)}";
            default:
                return $"`{ExplanationText.Code(expr, body)}`";
        }
    }

    // What is worked out first stands in brackets, in whatever order the reader would work it out.
    private string TermOf(Expr expr) =>
        expr is BinaryExpr { Operator: BinaryOperator.Add or BinaryOperator.Subtract or BinaryOperator.Multiply } && expr.Height <= MaxNesting ? $"({NameOf(expr)})" : NameOf(expr);

    private string? PathOf(Expr expr)
    {
        var attributes = new List<string>();
        while (expr is GetAttributeExpr get)
        {
            attributes.Add(get.Attribute);
            expr = get.Target;
        }

        if (expr is not VariableExpr variable)
        {
            return null;
        }

        attributes.Reverse();
        var root = variable.Variable switch { CedarVariable.Principal => "principal", CedarVariable.Action => "action", CedarVariable.Resource => "resource", _ => "context" };
        var rootName = vocabulary.FindName(root) ?? $"the {root}";
        if (attributes.Count == 0)
        {
            return rootName;
        }

        // The longest beginning that has a name, and the rest as it is written.
        for (var known = attributes.Count; known > 0; known--)
        {
            var parent = string.Join('.', attributes.Take(known - 1).Prepend(root));
            var name = vocabulary.FindName($"{parent}.{attributes[known - 1]}") ?? vocabulary.FindMember(parent, ExplanationText.Shown(attributes[known - 1]));
            if (name is not null)
            {
                return known == attributes.Count ? name : $"{name}'s {Rest(attributes.Skip(known))}";
            }
        }

        return variable.Variable == CedarVariable.Context ? Rest(attributes) : $"{rootName}'s {Rest(attributes)}";

        static string Rest(IEnumerable<string> names) => string.Join('.', names.Select(ExplanationText.Shown));
    }

    private string SayAll(IReadOnlyList<Expr> operands, bool wanted, ClauseForm form, bool isAll, int nesting)
    {
        // Of what is asked, what is met already goes without saying; of what is, only what decided it is said.
        var told = form == ClauseForm.Is && !isAll ? operands.Where(o => interpreter.Evaluate(o) is CedarBool b && b.Value == wanted).Take(1).ToList()
            : form != ClauseForm.Is && isAll ? operands.Where(o => interpreter.Evaluate(o) is not CedarBool b || b.Value != wanted).ToList()
            : operands;
        if (told.Count == 0)
        {
            told = operands;
        }

        var parts = told.Take(MaxParts).Select(o => Say(o, wanted, form, nesting + 1)).ToList();
        if (told.Count > MaxParts)
        {
            parts.Add($"{told.Count - MaxParts} more {(!isAll ? "could hold" : form == ClauseForm.Must ? "must hold" : "hold")}");
        }

        var joined = parts.Count == 1 ? parts[0] : $"{string.Join(", ", parts.Take(parts.Count - 1))} {(isAll ? "and" : "or")} {parts[^1]}";
        return parts.Count > 1 && !isAll && form == ClauseForm.Must ? $"either {joined}" : joined;
    }

    private (Clause Clause, string? Actual) Leaf(Expr expr, bool wanted)
    {
        if (vocabulary.HasConditions && expr.Height <= MaxNameHeight && expr is not (SetExpr or RecordExpr)
            && vocabulary.FindCondition(ExpressionPrinter.Print(expr), wanted) is { } said)
        {
            return (said, null);
        }

        switch (expr)
        {
            case LiteralExpr { Value: CedarBool b }:
                return (new($"a condition that is always {(b.Value ? "true" : "false")}", "be", b.Value ? "true" : "false", wanted != b.Value), null);
            case BinaryExpr binary:
                return Binary(binary, wanted);
            case HasExpr has:
                return (new(NameOf(Attributes(has)), "be", "given", !wanted), null);
            case LikeExpr like:
                return About(like.Target, "match", PatternText(like.Pattern), wanted);
            case IsExpr @is when interpreter.Evaluate(@is.Target) is CedarEntity { Uid: var uid } && @is.Container is { } container && uid.Type == @is.EntityType:
                return About(@is.Target, "be", $"in {Operand(container)}", wanted);
            case IsExpr @is when interpreter.Evaluate(@is.Target) is CedarEntity { Uid: var uid } && ExplanationText.AreLookalikes(uid.Type, @is.EntityType):
                return (new(NameOf(@is.Target), "be", $"of the type {ExplanationText.Shown(@is.EntityType)}", !wanted), $"it is {ExplanationText.Whole(new CedarEntity(uid))}");
            case IsExpr @is:
                return About(@is.Target, "be", $"of the type {ExplanationText.Type(@is.EntityType)}", wanted);
            case UnaryExpr { Operator: UnaryOperator.IsEmpty } empty:
                return About(empty.Operand, "be", "empty", wanted);
            case ExtensionCallExpr call when Method(call, wanted) is { } words:
                return words;
            case GetAttributeExpr or VariableExpr:
                return (new(NameOf(expr), "be", "true", !wanted), interpreter.Evaluate(expr) is null ? WithoutValue(expr) : null);
            default:
                return (Quoted(expr, wanted), null);
        }
    }

    private (Clause Clause, string? Actual) Binary(BinaryExpr binary, bool wanted)
    {
        var (left, right) = (binary.Left, binary.Right);
        var isSwapped = IsConstant(left) && !IsConstant(right);
        var (subject, other) = isSwapped ? (right, left) : (left, right);
        switch (binary.Operator)
        {
            case BinaryOperator.Equal or BinaryOperator.NotEqual:
                var isEqual = (binary.Operator == BinaryOperator.Equal) == wanted;
                return other is LiteralExpr { Value: CedarBool b } ? (new(NameOf(subject), "be", "true", b.Value != isEqual), interpreter.Evaluate(subject) is null ? WithoutValue(subject) : null)
                    : interpreter.Evaluate(subject) is { } its && interpreter.Evaluate(other) is { } asked && !its.Equals(asked) && ExplanationText.Exact(its) == ExplanationText.Exact(asked) ? Lookalikes(subject, its, other, asked, isEqual)
                    : About(subject, "be", Operand(other), isEqual);
            case BinaryOperator.Less or BinaryOperator.LessOrEqual or BinaryOperator.Greater or BinaryOperator.GreaterOrEqual:
                return About(subject, "be", $"{Bound(Ordered(binary.Operator, isSwapped, wanted), interpreter.Evaluate(other) is CedarDatetime)} {Operand(other)}", wanted: true);
            case BinaryOperator.In:
                return About(left, "be", $"in {Operand(right, "or")}", wanted);
            case BinaryOperator.Contains when isSwapped:
                return About(right, "be", interpreter.Evaluate(left) is CedarSet { Count: 1 } one ? ExplanationText.Value(one.Items[0]) : $"one of {Operand(left, "or")}", wanted);
            case BinaryOperator.Contains:
                return About(left, "contain", Operand(right), wanted);
            case BinaryOperator.ContainsAll:
                return isSwapped ? About(right, "hold", $"nothing but {Operand(left)}", wanted) : About(left, "contain", $"all of {Operand(right)}", wanted);
            case BinaryOperator.ContainsAny:
                return About(subject, "contain", $"any of {Operand(other, "or")}", wanted);
            case BinaryOperator.HasTag:
                return About(left, "have", $"the tag {Operand(right)}", wanted);
            default:
                return (Quoted(binary, wanted), null);
        }
    }

    private (Clause Clause, string? Actual)? Method(ExtensionCallExpr call, bool wanted) => (call.Function, call.Arguments) switch
    {
        (ExtensionFunction.LessThan or ExtensionFunction.LessThanOrEqual or ExtensionFunction.GreaterThan or ExtensionFunction.GreaterThanOrEqual, [var left, var right]) =>
            IsConstant(left) && !IsConstant(right)
                ? About(right, "be", $"{Bound(Ordered(OperatorOf(call.Function), isSwapped: true, wanted), isTime: false)} {Operand(left)}", wanted: true)
                : About(left, "be", $"{Bound(Ordered(OperatorOf(call.Function), isSwapped: false, wanted), isTime: false)} {Operand(right)}", wanted: true),
        (ExtensionFunction.IsInRange, [var address, var range]) => About(address, "be", $"in the range {Operand(range)}", wanted),
        (ExtensionFunction.IsIpv4, [var address]) => About(address, "be", "an IPv4 address", wanted),
        (ExtensionFunction.IsIpv6, [var address]) => About(address, "be", "an IPv6 address", wanted),
        (ExtensionFunction.IsLoopback, [var address]) => About(address, "be", "a loopback address", wanted),
        (ExtensionFunction.IsMulticast, [var address]) => About(address, "be", "a multicast address", wanted),
        _ => null,
    };

    /// <summary>The comparison that decimals have as a method.</summary>
    public static BinaryOperator OperatorOf(ExtensionFunction function) => function switch
    {
        ExtensionFunction.LessThan => BinaryOperator.Less,
        ExtensionFunction.LessThanOrEqual => BinaryOperator.LessOrEqual,
        ExtensionFunction.GreaterThan => BinaryOperator.Greater,
        _ => BinaryOperator.GreaterOrEqual,
    };

    /// <summary>The comparison as seen from the other side, and where it must not hold, its opposite.</summary>
    public static BinaryOperator Ordered(BinaryOperator @operator, bool isSwapped, bool wanted)
    {
        var seen = !isSwapped ? @operator : @operator switch
        {
            BinaryOperator.Less => BinaryOperator.Greater,
            BinaryOperator.LessOrEqual => BinaryOperator.GreaterOrEqual,
            BinaryOperator.Greater => BinaryOperator.Less,
            _ => BinaryOperator.LessOrEqual,
        };
        return wanted ? seen : seen switch
        {
            BinaryOperator.Less => BinaryOperator.GreaterOrEqual,
            BinaryOperator.LessOrEqual => BinaryOperator.Greater,
            BinaryOperator.Greater => BinaryOperator.LessOrEqual,
            _ => BinaryOperator.Less,
        };
    }

    private static string Bound(BinaryOperator @operator, bool isTime) => (@operator, isTime) switch
    {
        (BinaryOperator.Less, false) => "less than",
        (BinaryOperator.LessOrEqual, false) => "at most",
        (BinaryOperator.Greater, false) => "more than",
        (_, false) => "at least",
        (BinaryOperator.Less, true) => "before",
        (BinaryOperator.LessOrEqual, true) => "no later than",
        (BinaryOperator.Greater, true) => "after",
        _ => "no earlier than",
    };

    private (Clause Clause, string? Actual) About(Expr subject, string verb, string complement, bool wanted)
    {
        var value = IsConstant(subject) ? CedarBool.True : interpreter.Evaluate(subject);
        return (new(NameOf(subject), verb, complement, !wanted), value switch
        {
            null => WithoutValue(subject),
            _ when IsConstant(subject) => null,
            CedarSet set => $"it holds {ExplanationText.Exact(set)}",
            _ => $"it is {ExplanationText.Exact(value)}",
        });
    }

    // Two values whose words are the same, such as entities of types that differ in their namespace alone.
    private (Clause Clause, string? Actual) Lookalikes(Expr subject, CedarValue its, Expr other, CedarValue asked, bool isEqual)
    {
        var (here, there) = (ExplanationText.Whole(its), ExplanationText.Whole(asked));
        var operand = IsConstant(other) ? there : $"{NameOf(other)}, which is {there}";
        return (new(NameOf(subject), "be", operand, !isEqual), here == there ? "it begins alike, and differs where it is cut" : $"it is {here}");
    }

    // What fails is not always missing: a sum can be too large, a text no address.
    private static string WithoutValue(Expr expr) =>
        expr is GetAttributeExpr or BinaryExpr { Operator: BinaryOperator.GetTag } ? "it is not given" : "it cannot be worked out";

    // What a condition compares with: a constant's value, or what it is called and its value.
    private string Operand(Expr expr, string conjunction = "and")
    {
        if (IsConstant(expr))
        {
            return interpreter.Evaluate(expr) is not { } constant ? $"`{ExplanationText.Code(expr, body)}`" : ExplanationText.Exact(constant, conjunction);
        }

        return interpreter.Evaluate(expr) is { } value and not CedarRecord
            ? $"{NameOf(expr)}, which {(value is CedarSet ? "holds" : "is")} {ExplanationText.Exact(value)}"
            : NameOf(expr);
    }

    private Clause Quoted(Expr expr, bool wanted) => new($"`{ExplanationText.Code(expr, body)}`", "be", "true", !wanted);

    /// <summary>What a `has` asks for, as it would be read.</summary>
    public static GetAttributeExpr Attributes(HasExpr has)
    {
        var target = has.Target;
        foreach (var name in has.Path)
        {
            target = new GetAttributeExpr(target, name, has.PathRange, has.Range);
        }

        return (GetAttributeExpr)target;
    }

    private static string PatternText(LikePattern pattern) => $"the pattern {ExplanationText.Pattern(pattern)}";

    /// <summary>Whether an expression reads nothing of the request: it has a value of its own.</summary>
    public static bool IsConstant(Expr expr)
    {
        const int MaxVisited = 1024;
        var pending = new Stack<Expr>();
        pending.Push(expr);
        for (var visited = 0; pending.TryPop(out var next); visited++)
        {
            if (next is VariableExpr || visited == MaxVisited)
            {
                return visited == MaxVisited && next is not VariableExpr;
            }

            foreach (var child in ExprChildren.Of(next).Take(MaxVisited))
            {
                pending.Push(child);
            }
        }

        return true;
    }
}
