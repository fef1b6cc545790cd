using System.Globalization;
using System.Linq.Expressions;

namespace IntentAuthz.Peers;

/// <summary>A comparison of a property of <see cref="PeerFact"/> with a constant.</summary>
/// <param name="Property">The property.</param>
/// <param name="Operator"><c>==</c>, <c>&lt;</c> or <c>&gt;</c>.</param>
/// <param name="Value">A string or a long.</param>
internal sealed record PeerCondition(string Property, string Operator, object Value)
{
    internal string ToText(string variable) => string.Create(
        CultureInfo.InvariantCulture, $"{variable}.{Property} {Operator} {(Value is string text ? $"\"{text}\"" : Value)}");

    internal Expression ToExpression(Expression fact)
    {
        Expression property = Expression.Property(fact, Property);
        ConstantExpression constant = Expression.Constant(Value);
        return Operator switch
        {
            "==" => Expression.Equal(property, constant),
            "<" => Expression.LessThan(property, constant),
            _ => Expression.GreaterThan(property, constant),
        };
    }
}
