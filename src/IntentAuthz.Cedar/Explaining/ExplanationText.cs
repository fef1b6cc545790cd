using System.Globalization;
using System.Text;
using IntentAuthz.Cedar.Ast;
using IntentAuthz.Cedar.Extensions;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar;

/// <summary>
/// Texts of others in sentences for people: cut where they are long, and with everything invisible or directional as an escape, so that no
/// value, id or policy can forge a line, colour a terminal or hide itself.
/// </summary>
internal static class ExplanationText
{
    private const int MaxText = 120;
    private const int MaxCode = 160;
    private const int MaxItems = 5;

    /// <summary>A name or a remark, without quotes of its own.</summary>
    public static string Shown(string text) => Shown(text, MaxText);

    private static string Shown(string text, int max)
    {
        var builder = new StringBuilder();
        AppendShown(builder, text, max);
        return builder.ToString();
    }

    /// <summary>An expression as one line of Cedar text.</summary>
    public static string Code(Expr expr, PolicyBody body)
    {
        // The range of an expression does not hold brackets around its ends, so what is small is written anew; what is not is cut anyway.
        var isSmall = body.Source is null || expr.Range.Length <= MaxCode * 4;
        return isSmall ? Shown(ExpressionPrinter.Print(expr), MaxCode) : Code(expr.Range, body);
    }

    /// <summary>A part of a policy as it stands in its source, as one line without comments; empty where there is no source.</summary>
    public static string Code(TextRange range, PolicyBody body)
    {
        var builder = new StringBuilder();
        var (isSpace, isQuoted, isComment, isEscaped) = (false, false, false, false);
        var text = body.Source is { } source ? source.Text.AsSpan(range.Start, range.Length) : "";
        for (var i = 0; i < text.Length && builder.Length <= MaxCode; i++)
        {
            var c = text[i];
            isComment = isComment ? c is not ('\n' or '\r') : !isQuoted && c == '/' && i + 1 < text.Length && text[i + 1] == '/';
            if (isComment || (!isQuoted && char.IsWhiteSpace(c)))
            {
                isSpace = builder.Length > 0;
                continue;
            }

            builder.Append(isSpace ? " " : "").Append(c);
            isSpace = false;
            isQuoted ^= c == '"' && !isEscaped;
            isEscaped = c == '\\' && !isEscaped;
        }

        return Shown(builder.ToString(), MaxCode);
    }

    /// <summary>Where something stands. Of an absolute path the file's name, which is what a reader looks for; data for programs has all of it.</summary>
    public static string Place(SourceSpan span) =>
        Shown((span.Source is { } path && Path.IsPathRooted(path) ? span with { Source = Path.GetFileName(path) } : span).ToString());

    /// <summary>A value in words.</summary>
    public static string Value(CedarValue value, string conjunction = "and")
    {
        var builder = new StringBuilder();
        AppendValue(builder, value, conjunction, isInside: false);
        return builder.ToString();
    }

    /// <summary>A value in words, and where those would leave out what is inside, as Cedar text.</summary>
    public static string Exact(CedarValue value, string conjunction = "and")
    {
        var isNested = value is CedarRecord || (value is CedarSet set && set.Any(static item => item is CedarSet or CedarRecord));
        return isNested ? $"`{Shown(value.ToString() ?? "", MaxCode)}`" : Value(value, conjunction);
    }

    /// <summary>A value as Cedar text, for where words cannot tell it from another.</summary>
    public static string Whole(CedarValue value) => $"`{Shown(value.ToString() ?? "", MaxCode)}`";

    /// <summary>Whether two types have the same words and are not the same: those leave out the namespace.</summary>
    public static bool AreLookalikes(string type, string other) => type != other && Type(type) == Type(other);

    /// <summary>A pattern as policies write it: a star of the text itself is not a wildcard.</summary>
    public static string Pattern(LikePattern pattern)
    {
        var builder = new StringBuilder("\"");
        for (var i = 0; i < pattern.Parts.Length && builder.Length <= MaxText; i++)
        {
            var part = new StringBuilder();
            AppendShown(part, pattern.Parts[i], MaxText, isQuoted: true);
            builder.Append(i == 0 ? "" : "*").Append(part.Replace("*", "\\*"));
        }

        return builder.Append(builder.Length > MaxText ? "…\"" : "\"").ToString();
    }

    /// <summary>An entity in words: <c>role "finance"</c> for <c>IntentAuthz::Role::"finance"</c>.</summary>
    public static string Entity(EntityUid uid)
    {
        var builder = new StringBuilder();
        AppendType(builder, uid.Type);
        builder.Append(' ');
        AppendQuoted(builder, uid.Id);
        return builder.ToString();
    }

    /// <summary>The last part of a type's name, as words.</summary>
    public static string Type(string type)
    {
        var builder = new StringBuilder();
        AppendType(builder, type);
        return builder.ToString();
    }

    private static void AppendValue(StringBuilder builder, CedarValue value, string conjunction, bool isInside)
    {
        switch (value)
        {
            case CedarString text:
                AppendQuoted(builder, text.Value);
                break;
            case CedarEntity entity:
                builder.Append(Entity(entity.Uid));
                break;
            case CedarDecimal number:
                builder.Append(number.ToDecimal().ToString("0.####", CultureInfo.InvariantCulture));
                break;
            case CedarDatetime instant:
                AppendInstant(builder, instant);
                break;
            case CedarDuration duration:
                AppendDuration(builder, duration);
                break;
            case CedarSet set when isInside:
                builder.Append(CultureInfo.InvariantCulture, $"a set of {set.Count}");
                break;
            case CedarSet set:
                AppendItems(builder, set.Items, conjunction);
                break;
            case CedarRecord record:
                builder.Append(CultureInfo.InvariantCulture, $"a record of {record.Count} attribute{(record.Count == 1 ? "" : "s")}");
                break;
            case CedarIpAddress address:
                builder.Append(IpFormat.Format(address));
                break;
            default:
                builder.Append(value); // a bool or a long
                break;
        }
    }

    private static void AppendItems(StringBuilder builder, ReadOnlySpan<CedarValue> items, string conjunction)
    {
        var count = items.Length;
        if (count == 0)
        {
            builder.Append("nothing");
            return;
        }

        var shown = count <= MaxItems ? count : MaxItems - 1;
        for (var i = 0; i < shown; i++)
        {
            builder.Append(i == 0 ? "" : i == count - 1 ? $" {conjunction} " : ", ");
            AppendValue(builder, items[i], conjunction, isInside: true);
        }

        if (shown < count)
        {
            builder.Append(CultureInfo.InvariantCulture, $" {conjunction} {count - shown} more");
        }
    }

    private static void AppendInstant(StringBuilder builder, CedarDatetime instant)
    {
        // .NET's years end where Cedar's do not.
        if (instant.UnixMilliseconds < DateTimeOffset.MinValue.ToUnixTimeMilliseconds() || instant.UnixMilliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            builder.Append(CultureInfo.InvariantCulture, $"{instant.UnixMilliseconds} ms after 1970");
            return;
        }

        var time = DateTimeOffset.FromUnixTimeMilliseconds(instant.UnixMilliseconds);
        builder.Append(time.ToString(time.Millisecond == 0 ? "yyyy-MM-dd HH:mm:ss 'UTC'" : "yyyy-MM-dd HH:mm:ss.fff 'UTC'", CultureInfo.InvariantCulture));
    }

    private static void AppendDuration(StringBuilder builder, CedarDuration duration)
    {
        var rest = (decimal)duration.Milliseconds;
        if (rest < 0)
        {
            builder.Append("minus ");
            rest = -rest;
        }

        var isFirst = true;
        foreach (var (length, name) in new[] { (86_400_000m, "day"), (3_600_000m, "hour"), (60_000m, "minute"), (1_000m, "second"), (1m, "millisecond") })
        {
            var count = decimal.Floor(rest / length);
            rest -= count * length;
            if (count > 0 || (isFirst && length == 1m))
            {
                builder.Append(isFirst ? "" : " ").Append(CultureInfo.InvariantCulture, $"{count} {name}{(count == 1 ? "" : "s")}");
                isFirst = false;
            }
        }
    }

    private static void AppendType(StringBuilder builder, string type)
    {
        var name = type.AsSpan(type.LastIndexOf(':') + 1);
        var text = new StringBuilder();
        for (var i = 0; i < name.Length && i < MaxText; i++)
        {
            var startsWord = i > 0 && char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]);
            text.Append(startsWord ? " " : "").Append(char.ToLowerInvariant(name[i]));
        }

        builder.Append(text.Length == 0 ? "entity" : text.ToString());
    }

    private static void AppendQuoted(StringBuilder builder, string text)
    {
        builder.Append('"');
        AppendShown(builder, text, MaxText, isQuoted: true);
        builder.Append('"');
    }

    private static void AppendShown(StringBuilder builder, ReadOnlySpan<char> text, int max, bool isQuoted = false)
    {
        var isCut = text.Length > max;
        text = isCut ? text[..(char.IsHighSurrogate(text[max - 1]) ? max - 1 : max)] : text;
        foreach (var rune in text.EnumerateRunes()) // a lone surrogate becomes U+FFFD
        {
            if (rune.Value is '"' or '\\' ? isQuoted : !CedarText.IsVisible(rune))
            {
                CedarText.AppendEscaped(builder, rune);
            }
            else
            {
                builder.Append(rune);
            }
        }

        builder.Append(isCut ? "…" : "");
    }
}
