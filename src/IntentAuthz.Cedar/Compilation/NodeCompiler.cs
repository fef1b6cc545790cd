using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Compilation.Nodes;

namespace IntentAuthz.Cedar.Compilation;

/// <summary>
/// Turns expressions into nodes: constants are computed once, common forms get nodes of their own, equal expressions share one.
/// </summary>
internal sealed partial class NodeCompiler(LiteralTableBuilder literals)
{
    private readonly Dictionary<NodeKey, Node> _shared = [];

    // For constant expressions, which ask neither for variables nor for entities.
    private readonly CedarRequest _nothing = new(new("None", ""), new("None", ""), new("None", ""));
    private readonly LiteralTable _noLiterals = new LiteralTableBuilder().Build();

    // How deep in its policy the expression lies that is being compiled.
    private int _depth;

    /// <summary>All clauses of a policy as one condition. A constant stands for a policy that always or never applies, or always fails.</summary>
    public Node Compile(ImmutableArray<Condition> conditions)
    {
        var operands = ImmutableArray.CreateBuilder<Node>(conditions.Length);
        foreach (var condition in conditions)
        {
            var body = Compile(condition.Body);
            operands.Add(condition.IsWhen ? body : Not(body));
        }

        return And(operands);
    }

    private Node Compile(Expr expr)
    {
        // The height of a tree is bounded, but the stack that the caller left is not known.
        RuntimeHelpers.EnsureSufficientExecutionStack();
        _depth++;
        var node = expr switch
        {
            LiteralExpr literal => Constant(literal.Value),
            VariableExpr { Variable: CedarVariable.Context } => Share("context", [], () => new ContextNode()),
            VariableExpr variable => Share("variable", [], () => new VariableNode(RoleOf(variable)), RoleOf(variable)),
            AndExpr and => And(CompileAll(and.Operands)),
            OrExpr or => Or(CompileAll(or.Operands)),
            UnaryExpr unary => CompileUnary(unary),
            BinaryExpr binary => CompileBinary(binary),
            IfExpr conditional => CompileIf(conditional),
            GetAttributeExpr get => CompileGetAttribute(get),
            HasExpr has => CompileHas(has),
            LikeExpr like => CompileLike(like),
            IsExpr @is => CompileIs(@is),
            SetExpr set => CompileSet(set),
            RecordExpr record => CompileRecord(record),
            ExtensionCallExpr call => CompileCall(call),
            _ => throw new InvalidOperationException($"Unknown expression {expr.GetType().Name}."),
        };
        // Counted from the top, so that no way down can step over one.
        return _depth-- % DeepNode.Interval == 0 && TruthOf(node) is null ? Share("deep", [node], () => new DeepNode(node)) : node;
    }

    private ImmutableArray<Node>.Builder CompileAll(ImmutableArray<Expr> exprs)
    {
        var nodes = ImmutableArray.CreateBuilder<Node>(exprs.Length);
        foreach (var expr in exprs)
        {
            nodes.Add(Compile(expr));
        }

        return nodes;
    }

    // What stands behind an operand that decides is never evaluated; what is true in front of others changes nothing.
    private Node And(ImmutableArray<Node>.Builder operands)
    {
        var kept = Keep(operands, decides: Truth.False);
        return kept.Length switch
        {
            0 => Constant(CedarBool.True),
            1 when kept[0] is TestNode or ConstantNode { Value: CedarBool } or FailingNode => kept[0],
            _ => Share("and", kept.AsSpan(), () => new AndNode(kept)),
        };
    }

    private Node Or(ImmutableArray<Node>.Builder operands)
    {
        var kept = Keep(operands, decides: Truth.True);
        return kept.Length switch
        {
            0 => Constant(CedarBool.False),
            1 when kept[0] is TestNode or ConstantNode { Value: CedarBool } or FailingNode => kept[0],
            _ => Share("or", kept.AsSpan(), () => new OrNode(kept)),
        };
    }

    private static ImmutableArray<Node> Keep(ImmutableArray<Node>.Builder operands, Truth decides)
    {
        var kept = ImmutableArray.CreateBuilder<Node>(operands.Count);
        foreach (var operand in operands)
        {
            var truth = TruthOf(operand);
            if (truth is null)
            {
                kept.Add(operand);
            }
            else if (truth == Truth.Error || truth == decides)
            {
                kept.Add(operand);
                break;
            }
        }

        return kept.ToImmutable();
    }

    /// <summary>What a constant condition comes to; null where it depends on the request.</summary>
    internal static Truth? TruthOf(Node node) => node switch
    {
        ConstantNode { Value: CedarBool { Value: true } } => Truth.True,
        ConstantNode { Value: CedarBool } => Truth.False,
        ConstantNode or FailingNode => Truth.Error,
        _ => null,
    };

    private Node Not(Node operand) => TruthOf(operand) switch
    {
        Truth.True => Constant(CedarBool.False),
        Truth.False => Constant(CedarBool.True),
        Truth.Error => Failing(),
        _ => Share("not", [operand], () => new NotNode(operand)),
    };

    private Node CompileIf(IfExpr conditional)
    {
        var condition = Compile(conditional.Condition);
        switch (TruthOf(condition))
        {
            case Truth.True:
                return Compile(conditional.WhenTrue);
            case Truth.False:
                return Compile(conditional.WhenFalse);
            case Truth.Error:
                return Failing();
        }

        var (whenTrue, whenFalse) = (Compile(conditional.WhenTrue), Compile(conditional.WhenFalse));
        return Share("if", [condition, whenTrue, whenFalse], () => new IfNode(condition, whenTrue, whenFalse));
    }

    private Node CompileGetAttribute(GetAttributeExpr get)
    {
        var target = Compile(get.Target);
        switch (target)
        {
            case ContextNode:
                return ContextPath([get.Attribute]);
            case ContextPathNode path:
                return ContextPath(path.Names.Add(get.Attribute));
            case VariableNode variable:
                return Share("variable attribute", [], () => new VariableAttributeNode(variable.Role, get.Attribute), variable.Role, get.Attribute);
            default:
                return Share("attribute", [target], () => new AttributeNode(target, get.Attribute), isPure: target is not ConstantNode { Value: CedarEntity }, get.Attribute);
        }
    }

    private Node ContextPath(ImmutableArray<string> names)
    {
        var path = literals.ContextPath(names);
        return Share("context path", [], () => new ContextPathNode(path, names), path);
    }

    private Node CompileHas(HasExpr has)
    {
        var target = Compile(has.Target);
        switch (target)
        {
            case ContextNode:
                return ContextHas([], has.Path);
            case ContextPathNode path:
                return ContextHas(path.Names, has.Path);
            default:
                return Share("has", [target], () => new HasNode(target, has.Path), isPure: target is not ConstantNode constant || !ReachesEntities(constant.Value), [.. has.Path]);
        }
    }

    private Node ContextHas(ImmutableArray<string> read, ImmutableArray<string> asked)
    {
        var names = read.AddRange(asked);
        var path = literals.ContextPath(names);
        return Share("context has", [], () => new ContextHasNode(path, names, read.Length), path, read.Length);
    }

    private Node CompileLike(LikeExpr like)
    {
        var operand = Compile(like.Target);
        return Share("like", [operand], () => new LikeNode(operand, like.Pattern), isPure: true, [.. like.Pattern.Parts]);
    }

    private Node CompileIs(IsExpr @is)
    {
        var operand = Compile(@is.Target);
        var container = @is.Container is null ? null : Compile(@is.Container);
        // What follows `in` is not evaluated for an entity of another type, so it failing says nothing of the whole.
        return container is null
            ? Share("is", [operand], () => new TypeNode(operand, @is.EntityType, null), isPure: true, @is.EntityType)
            : Share("is in", [operand, container], () => new TypeNode(operand, @is.EntityType, container), @is.EntityType);
    }

    private Node CompileSet(SetExpr set)
    {
        var elements = CompileAll(set.Elements).ToImmutable();
        return Share("set", elements.AsSpan(), () => new SetNode(elements), isPure: true);
    }

    private Node CompileRecord(RecordExpr record)
    {
        var names = record.Ordered.Select(entry => entry.Name).ToImmutableArray();
        var values = CompileAll([.. record.Ordered.Select(entry => entry.Value)]).ToImmutable();
        return Share("record", values.AsSpan(), () => new RecordNode(names, values), isPure: true, [.. names]);
    }

    // Reading an entity out of a constant record leads back to the store.
    private static bool ReachesEntities(CedarValue value) => value switch
    {
        CedarEntity => true,
        CedarRecord record => record.Values.Any(ReachesEntities),
        _ => false,
    };

    private Node Constant(CedarValue value) => Share("constant", [], () => new ConstantNode(value), value.GetType(), value);

    private Node Failing() => Share("failing", [], () => new FailingNode());

    // An operator that needs all its operands and nothing else: it fails where one of them does, and is computed where all are constants.
    private Node Share(string kind, ReadOnlySpan<Node> operands, Func<Node> create, bool isPure, params object[] constants)
    {
        if (!isPure)
        {
            return Share(kind, operands, create, constants);
        }

        var allConstant = true;
        foreach (var operand in operands)
        {
            if (operand is FailingNode)
            {
                return operand;
            }

            allConstant &= operand is ConstantNode;
        }

        return allConstant ? Compute(create()) : Share(kind, operands, create, constants);
    }

    private Node Compute(Node node)
    {
        var view = new RequestView(_noLiterals, new ProvidedEntities(_noLiterals), _nothing);
        return node.TryEvaluate(ref view, out var value) ? Constant(value.ToValue()) : Failing();
    }

    private Node Share(string kind, ReadOnlySpan<Node> operands, Func<Node> create, params object[] constants)
    {
        var key = new NodeKey(kind, operands, constants);
        if (!_shared.TryGetValue(key, out var node))
        {
            _shared.Add(key, node = create());
        }

        return node;
    }

    private static Role RoleOf(VariableExpr variable) => variable.Variable switch
    {
        CedarVariable.Principal => Role.Principal,
        CedarVariable.Action => Role.Action,
        _ => Role.Resource,
    };
}
