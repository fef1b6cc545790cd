using System.Globalization;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>What a mandate asks of one argument. A call that leaves the argument out does not satisfy it. Immutable.</summary>
public sealed class ArgumentConstraint
{
    private readonly Func<string, string> _condition;

    private ArgumentConstraint(string description, Func<string, string> condition)
    {
        Description = description;
        _condition = condition;
    }

    /// <summary>The constraint in words.</summary>
    public string Description { get; }

    /// <summary>The integer is at most this.</summary>
    /// <param name="maximum">The highest value allowed.</param>
    public static ArgumentConstraint AtMost(long maximum) =>
        new(string.Create(CultureInfo.InvariantCulture, $"at most {maximum}"), v => string.Create(CultureInfo.InvariantCulture, $"{v} <= {maximum}"));

    /// <summary>The decimal (a schema's <c>number</c>) is at most this.</summary>
    /// <param name="maximum">The highest value allowed, with at most four decimals.</param>
    /// <exception cref="ArgumentException">Cedar cannot hold the value exactly.</exception>
    public static ArgumentConstraint AtMost(decimal maximum)
    {
        if (!CedarDecimal.TryFromDecimal(maximum, out CedarDecimal? limit))
        {
            throw new ArgumentException("A decimal in policy has at most four decimals and fits in 64 bits.", nameof(maximum));
        }

        return new ArgumentConstraint(string.Create(CultureInfo.InvariantCulture, $"at most {maximum}"), v => $"{v}.lessThanOrEqual({limit})");
    }

    /// <summary>The value is this.</summary>
    /// <param name="value">The one value allowed.</param>
    public static ArgumentConstraint EqualTo(CedarValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new ArgumentConstraint($"equal to {value}", v => $"{v} == {value}");
    }

    /// <summary>The value is one of these.</summary>
    /// <param name="values">The values allowed; at least one.</param>
    /// <exception cref="ArgumentException">No value is given.</exception>
    public static ArgumentConstraint OneOf(params ReadOnlySpan<CedarValue> values)
    {
        if (values.IsEmpty)
        {
            throw new ArgumentException("A constraint that allows no value allows no call; name at least one, or leave the grant out.", nameof(values));
        }

        CedarSet set = CedarSet.Create(values.ToArray());
        return new ArgumentConstraint($"one of {set}", v => $"{set}.contains({v})");
    }

    internal string ConditionOn(string argument)
    {
        string name = CedarText.Quote(argument);
        return $"(context.input has {name} && {_condition($"context.input[{name}]")})";
    }
}
