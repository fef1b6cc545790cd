using IntentAuthz.Cedar.Extensions;

namespace IntentAuthz.Cedar.Json;

/// <summary>
/// What a place in a JSON document is known to hold, usually by a schema. Where it is known, the escapes can be left out:
/// <c>{"type": …, "id": …}</c> is then an entity, and <c>"1.5"</c> or <c>{"fn": …, "arg": …}</c> an extension value.
/// The shape only tells how to read; whether the value has the right type is for validation to say.
/// </summary>
internal abstract class ValueShape
{
    private ValueShape()
    {
    }

    /// <summary>An entity reference.</summary>
    public static ValueShape Entity { get; } = new EntityShape();

    /// <summary>A value of an extension type, by the function that makes it of a string.</summary>
    public static ValueShape Extension(ExtensionFunction constructor) => new ExtensionShape(constructor);

    /// <summary>A set whose values have a shape.</summary>
    public static ValueShape Set(ValueShape? element) => new SetShape(element);

    /// <summary>A record whose attributes have shapes; a name without one is read as it stands.</summary>
    public static ValueShape Record(IReadOnlyDictionary<string, ValueShape> attributes) => new RecordShape(attributes);

    internal sealed class EntityShape : ValueShape;

    internal sealed class ExtensionShape(ExtensionFunction constructor) : ValueShape
    {
        public ExtensionFunction Constructor { get; } = constructor;
    }

    internal sealed class SetShape(ValueShape? element) : ValueShape
    {
        public ValueShape? Element { get; } = element;
    }

    internal sealed class RecordShape(IReadOnlyDictionary<string, ValueShape> attributes) : ValueShape
    {
        public ValueShape? Of(string name) => attributes.GetValueOrDefault(name);
    }
}
