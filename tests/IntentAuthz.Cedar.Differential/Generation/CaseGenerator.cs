namespace IntentAuthz.Cedar.Differential.Generation;

/// <summary>Makes the case of a seed.</summary>
internal sealed class CaseGenerator
{
    private static readonly string[] Annotations = ["@id(\"x\") ", "@note ", "@if(\"é\\n\") ", "@a(\"\") @b "];

    private readonly ulong _seed;
    private readonly Prng _random;
    private readonly GSchema _schema;
    private readonly ExpressionGenerator _expressions;
    private readonly ValueGenerator _values;

    // The actions, types of principals and types of resources that policies are about: requests are mostly about them, too.
    private readonly List<(GAction Action, string Principal, string Resource)> _subjects = [];

    private CaseGenerator(ulong seed)
    {
        _seed = seed;
        _random = new(seed);
        _random.MakesMistakes = _random.Percent(40);
        _schema = new SchemaGenerator(_random).Next();
        _expressions = new(_random, _schema);
        _values = new(_random, _schema);
    }

    public static DifferentialCase Next(ulong seed) => new CaseGenerator(seed).Case();

    private DifferentialCase Case()
    {
        var policies = new List<CasePolicy>();
        var links = new List<CaseLink>();
        for (var i = 1 + _random.Below(4); i > 0; i--)
        {
            Add(_random.Pick($"p{i}", $"p{i}", $"policy {i}", $"é{i}"), policies, links);
        }

        return new(_seed, _schema.Text, policies, links, Entities(), [.. Enumerable.Range(0, 1 + _random.Below(3)).Select(_ => Request())]);
    }

    private void Add(string id, List<CasePolicy> policies, List<CaseLink> links)
    {
        var action = _random.PickFrom(_schema.Actions.Where(action => action.Principals.Count > 0).ToList());
        var (principal, resource) = (_random.PickFrom(action.Principals), _random.PickFrom(action.Resources));
        _subjects.Add((action, principal, resource));
        var isTemplate = _random.Percent(20);
        var head = $"{(_random.Percent(25) ? _random.Pick(Annotations) : "")}{_random.Pick("permit", "permit", "forbid")}"
            + $"({Scope("principal", principal, isTemplate, out var principalSlot)}, {ActionScope(action)}, {Scope("resource", resource, isTemplate, out var resourceSlot)}{(_random.Percent(10) ? "," : "")})"
            + (_random.Percent(5) ? " // why\n" : "");
        var conditions = Enumerable.Range(0, _random.Pick(0, 0, 1, 1, 1, 2, 2, 3)).Select(_ => new CaseCondition(_random.Pick("when", "when", "unless"), _expressions.Condition(action, principal, resource)));
        var isDamaged = _random.Mistake(8);
        policies.Add(new(id, head, [.. conditions], !isDamaged && _random.Percent(25), isDamaged ? _random.Next() | 1 : 0));
        if (!principalSlot && !resourceSlot)
        {
            return;
        }

        for (var i = _random.Below(3); i > 0; i--)
        {
            // A link that does not fit is refused by both.
            links.Add(new(id, $"{id}-{i}", principalSlot != _random.Mistake(2) ? _values.Uid(principal) : null, resourceSlot ? _values.Uid(resource) : null));
        }
    }

    private string Scope(string variable, string type, bool isTemplate, out bool hasSlot)
    {
        hasSlot = isTemplate && _random.Percent(60);
        type = _random.Mistake(10) ? AnyType() : type;
        var entity = hasSlot ? $"?{variable}" : _values.Uid(_random.Percent(85) ? type : AnyType()).ToString();
        return _random.Below(hasSlot ? 3 : 7) switch
        {
            0 => $"{variable} == {entity}",
            1 => $"{variable} in {entity}",
            2 => $"{variable} is {type} in {entity}",
            // What says nothing of the type makes most conditions invalid.
            3 or 4 or 5 => $"{variable} is {type}",
            _ => variable,
        };
    }

    private string ActionScope(GAction action) => _random.Below(6) switch
    {
        0 or 1 or 2 => $"action == {action.Uid}",
        3 when _random.Percent(50) => $"action in {_random.PickFrom(_schema.Actions).Uid}",
        3 => $"action in [{string.Join(", ", _schema.Actions.Where(known => known == action || (_random.Percent(40) && (known.Type == action.Type || _random.Mistake(50)))).Select(known => known.Uid))}]",
        4 when _random.Mistake(10) => "action in []",
        4 when _random.Mistake(20) => "action == N::Action::\"nowhere\"",
        _ => "action",
    };

    private List<CaseEntity> Entities()
    {
        var entities = new List<CaseEntity>();
        foreach (var type in _schema.EntityTypes)
        {
            for (var i = _random.Below(4); i > 0; i--)
            {
                var uid = _values.Uid(type.Name);
                if (entities.Exists(entity => entity.Uid == uid))
                {
                    continue;
                }

                // Only what is there already, so that there is no circle.
                var parents = entities.Where(parent => (type.Parents.Contains(parent.Uid.Type) || _random.Mistake(2)) && _random.Percent(60)).Select(parent => parent.Uid).ToList();
                if (type.Parents.Count > 0 && _random.Percent(15))
                {
                    parents.Add(new(_random.PickFrom(type.Parents), "nowhere"));
                }

                var isExplicit = _random.Percent(75);
                entities.Add(new(uid, _values.Members(type.Attributes, isExplicit), parents, _values.Tags(type.Tags, isExplicit)));
            }
        }

        if (_random.Percent(8))
        {
            var action = _random.PickFrom(_schema.Actions);
            entities.Add(new(Uid(action), [], _random.Percent(50) ? [.. action.Groups.Select(Uid)] : [], []));
        }

        return entities;
    }

    private static CaseUid Uid(GAction action) => new(action.Type, action.Id);

    private CaseRequest Request()
    {
        var (action, principal, resource) = _random.Percent(75) ? _random.PickFrom(_subjects) : AnySubject();
        return new(
            _values.Uid(_random.Mistake(5) ? AnyType() : principal),
            _random.Mistake(3) ? new("Action", "nowhere") : Uid(action),
            _values.Uid(_random.Mistake(5) ? AnyType() : resource),
            _values.Members(action.Context, _random.Percent(75)));
    }

    private (GAction Action, string Principal, string Resource) AnySubject()
    {
        var action = _random.PickFrom(_schema.Actions.Where(action => action.Principals.Count > 0 || _random.Mistake(10)).ToList());
        return action.Principals.Count > 0
            ? (action, _random.PickFrom(action.Principals), _random.PickFrom(action.Resources))
            : (action, AnyType(), AnyType());
    }

    private string AnyType() => _random.PickFrom(_schema.EntityTypes).Name;
}
