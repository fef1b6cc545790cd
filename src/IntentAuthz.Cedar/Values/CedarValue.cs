using System.Text;
using IntentAuthz.Cedar.Compilation;
using IntentAuthz.Cedar.Json;

namespace IntentAuthz.Cedar;

/// <summary>
/// A Cedar value: a bool, a long, a string, an entity, a set, a record, or one of the extension types. The family is closed:
/// match on the sealed classes. Values are immutable and safe to share. Equality is Cedar's <c>==</c>: values of different
/// types are unequal, sets compare without order or repetition, records by their attributes.
/// </summary>
public abstract class CedarValue : IEquatable<CedarValue>
{
    private protected CedarValue()
    {
    }

    /// <summary>The type's name in error messages, as the reference implementation spells it.</summary>
    internal abstract string TypeName { get; }

    /// <summary>Nesting of sets and records: 0 for anything else. Bounded, so that recursion over values is safe.</summary>
    internal virtual int Depth => 0;

    /// <summary>Cedar equality.</summary>
    /// <param name="other">The other value.</param>
    public abstract bool Equals(CedarValue? other);

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => Equals(obj as CedarValue);

    /// <inheritdoc/>
    public abstract override int GetHashCode();

    /// <summary>Cedar equality.</summary>
    /// <param name="left">A value.</param>
    /// <param name="right">A value.</param>
    public static bool operator ==(CedarValue? left, CedarValue? right) => left is null ? right is null : left.Equals(right);

    /// <summary>The negation of Cedar equality.</summary>
    /// <param name="left">A value.</param>
    /// <param name="right">A value.</param>
    public static bool operator !=(CedarValue? left, CedarValue? right) => !(left == right);

    /// <summary>A bool.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator CedarValue(bool value) => CedarBool.Of(value);

    /// <summary>A long.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator CedarValue(long value) => new CedarLong(value);

    /// <summary>A string.</summary>
    /// <param name="value">Well-formed UTF-16 text.</param>
    /// <exception cref="ArgumentException">The text holds a lone surrogate.</exception>
    public static implicit operator CedarValue(string value) => new CedarString(value);

    /// <summary>A reference to an entity.</summary>
    /// <param name="value">The identity.</param>
    public static implicit operator CedarValue(EntityUid value) => new CedarEntity(value);

    /// <summary>The value as Cedar text; parsed as an expression, it gives an equal value.</summary>
    public sealed override string ToString()
    {
        var builder = new StringBuilder();
        AppendTo(builder);
        return builder.ToString();
    }

    /// <summary>
    /// The value as Cedar's JSON: entities as <c>{"__entity": …}</c>, extension values as <c>{"__extn": …}</c>, records as
    /// objects, sets as arrays.
    /// </summary>
    /// <exception cref="InvalidOperationException">A record has an attribute named <c>__entity</c>, <c>__extn</c> or <c>__expr</c>,
    /// which the JSON form reserves.</exception>
    public string ToJson() => JsonOutput.Write(writer => ValueJsonWriter.Write(writer, this));

    internal abstract void AppendTo(StringBuilder builder);

    // What compiled policies compute with.
    internal virtual Operand ToOperand() => Operand.Object(this);
}
