namespace IntentAuthz.Cedar.Compilation.Nodes;

/// <summary>Attributes of records and entities.</summary>
internal static class Attributes
{
    /// <summary>The attribute of a value, or null where reading it is an error.</summary>
    public static CedarValue? Get(ref RequestView view, object? target, string name)
    {
        if (target is CedarRecord record)
        {
            return record.TryGetValue(name, out var member) ? member : null;
        }

        return target is CedarEntity reference && view.Entities.Find(reference) is { } entity && entity.Attributes.TryGetValue(name, out var value)
            ? value
            : null;
    }

    /// <summary>Whether a value has an attribute, or an error where it can have none.</summary>
    public static Truth Has(ref RequestView view, object? target, string name)
    {
        if (target is CedarRecord record)
        {
            return record.ContainsKey(name) ? Truth.True : Truth.False;
        }

        if (target is not CedarEntity reference)
        {
            return Truth.Error;
        }

        return view.Entities.Find(reference) is { } entity && entity.Attributes.ContainsKey(name) ? Truth.True : Truth.False;
    }

    /// <summary>Whether a value has a path of attributes, each in the one before.</summary>
    public static Truth HasPath(ref RequestView view, object? target, ReadOnlySpan<string> path)
    {
        for (var i = 0; ; i++)
        {
            var found = Has(ref view, target, path[i]);
            if (found != Truth.True || i == path.Length - 1)
            {
                return found;
            }

            target = Get(ref view, target, path[i]);
        }
    }
}
