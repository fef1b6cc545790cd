using IntentAuthz.Cedar.Extensions;
using IntentAuthz.Cedar.Json;
using IntentAuthz.Cedar.Validation.Types;

namespace IntentAuthz.Cedar.Schemas;

/// <summary>Turns types into what the JSON reader needs to know of them. Types that share parts share the shapes of those too.</summary>
internal sealed class TypeShapes
{
    private readonly Dictionary<CedarType, ValueShape?> _known = new(ReferenceEqualityComparer.Instance);

    /// <summary>The shape of one type, or null for one that reads as it is written.</summary>
    public static ValueShape? Of(CedarType type) => new TypeShapes().Convert(type);

    /// <summary>The shape of an entity type.</summary>
    public EntityShape Of(EntityTypeInfo type) => new(Convert(type.Attributes), type.Tags is null ? null : Convert(type.Tags));

    private ValueShape? Convert(CedarType type)
    {
        if (!_known.TryGetValue(type, out var shape))
        {
            shape = Make(type);
            _known.Add(type, shape);
        }

        return shape;
    }

    private ValueShape? Make(CedarType type)
    {
        switch (type)
        {
            case EntityReferenceType:
                return ValueShape.Entity;
            case ExtensionType extension:
                return ValueShape.Extension(ExtensionCatalog.Find(extension.Constructor)!.Function);
            case SetType set:
                return ValueShape.Set(Convert(set.Element));
            case RecordType record:
                var attributes = new Dictionary<string, ValueShape>(StringComparer.Ordinal);
                for (var i = 0; i < record.Count; i++)
                {
                    if (Convert(record.Attributes[i].Type) is { } shape)
                    {
                        attributes.Add(record.Names[i], shape);
                    }
                }

                return ValueShape.Record(attributes);
            default:
                return null;
        }
    }
}
