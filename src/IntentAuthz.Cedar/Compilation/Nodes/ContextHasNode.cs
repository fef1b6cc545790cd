using System.Collections.Immutable;
using IntentAuthz.Cedar.Compilation.Layouts;

namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary><c>context has a.b</c> or <c>context.a has b</c>: the first names are read, which must succeed, the others asked for.</summary>
internal sealed class ContextHasNode(int path, ImmutableArray<string> names, int read) : TestNode
{
    public override Truth Test(ref RequestView view)
    {
        if (view.IsFlat)
        {
            return TestFlat(ref view);
        }

        if (view.ContextIfMade is not { } context)
        {
            if (view.TryRead(names.AsSpan(), out var value))
            {
                return Of(value.Reference is not null); // absent is the last name alone, which is one of those asked for
            }

            context = view.Context;
        }

        CedarValue current = context;
        foreach (var name in names.AsSpan()[..read])
        {
            if (Attributes.Get(ref view, current, name) is not { } next)
            {
                return Truth.Error;
            }

            current = next;
        }

        return Attributes.HasPath(ref view, current, names.AsSpan()[read..]);
    }

    private Truth TestFlat(ref RequestView view)
    {
        var steps = view.FlatPath(path).Steps;
        for (var i = 0; i < steps.Length; i++)
        {
            var isPresent = steps[i] != LayoutPath.Missing && (steps[i] < 0 || view.FlatValue(steps[i]).Reference is not null);
            if (!isPresent)
            {
                return i < read ? Truth.Error : Truth.False;
            }
        }

        // A path that goes on below a value asks a scalar for an attribute, which is an error, as reading one is.
        return steps.Length == names.Length ? Truth.True : Truth.Error;
    }
}
