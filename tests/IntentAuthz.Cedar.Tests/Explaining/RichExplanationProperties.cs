using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

using CsCheck;
using IntentAuthz.Cedar.Evaluation;
using IntentAuthz.Cedar.Syntax;

namespace IntentAuthz.Cedar.Tests.Explaining;

/// <summary>
/// What explanations say over all that policies can hold: every kind of value, nested groups, attributes behind entities, several clauses,
/// comments, line ends of all kinds and text beyond ASCII. Held against the engine, the source text and the JSON, not against the words' own code.
/// </summary>
public sealed partial class RichExplanationProperties
{
    private static readonly EntityUid User = new("App::User", "u");
    private static readonly EntityUid Doc = new("Doc", "d");

    private static readonly string[] Items = ["x", "y", "z"];

    private static readonly Gen<string> Leaf = Gen.OneOf(
        Gen.Select(Gen.OneOf("context.n", "context.r.n", "context.r.deep.n", "principal.level", "resource.owner.level", "principal.boss.level", "context.gone", "context.n + context.r.n", "(context.n - 1) * 2", "context[\"é 😀\"]", "context.who.level"), Gen.OneOf("<", "<=", ">", ">=", "==", "!="), Gen.OneOf("0", "3", "-2", "context.n", "principal.level", "9223372036854775807"), (place, op, bound) => $"{place} {op} {bound}"),
        Gen.Select(Gen.OneOf("context.d", "principal.limit", "decimal(\"2.5\")"), Gen.OneOf("lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"), Gen.OneOf("decimal(\"2.5\")", "context.d", "decimal(\"-0.0001\")"), (place, op, bound) => $"{place}.{op}({bound})"),
        Gen.Select(Gen.OneOf("context.t", "context.t.offset(duration(\"1d\"))"), Gen.OneOf("<", "<=", ">", ">=", "=="), Gen.OneOf("datetime(\"2026-01-02\")", "datetime(\"2026-01-01T10:00:00Z\")"), (place, op, bound) => $"{place} {op} {bound}"),
        Gen.OneOf("context.t.durationSince(datetime(\"2026-01-01\")) < duration(\"2h\")", "context.ip.isInRange(ip(\"10.0.0.0/8\"))", "context.ip.isLoopback()", "context.ip.isIpv4()", "context.ip == ip(\"10.0.0.1\")", "ip(context.s).isIpv4()", "decimal(context.s).lessThan(context.d)"),
        Gen.OneOf("context.s == \"a\\\"b\"", "context.s != \"\"", "context.s like \"a*\"", "context.s like \"*\\**\"", "context.s like \"é*😀\"", "[\"é😀\", \"x\"].contains(context.s)", "context.s == principal.name", "context.s == context[\"é 😀\"]"),
        Gen.OneOf("context.set.contains(\"x\")", "context.set.contains(\"y\")", "context.set.containsAll([\"x\", \"y\"])", "context.set.containsAny([\"y\", \"z\"])", "context.set == [\"x\"]", "context.set.isEmpty()", "[\"x\", \"y\"].containsAll(context.set)", "context.set.contains(context.s)", "context.gone.contains(\"x\")", "context.set != [\"x\", \"y\"]"),
        Gen.OneOf("context has gone", "context has r.deep.n", "context.r has deep", "context has gone.deep", "principal has boss", "principal has boss.level", "resource has owner.level && resource.owner.level > 1", "context has gone && context.gone > 2", "context has gone && context.gone.contains(\"x\")", "!(context has s)"),
        Gen.OneOf("context.f", "resource.open", "context.r.f == false", "context.f == resource.open", "principal == resource.owner", "resource.owner == App::User::\"v\"", "principal == Other::User::\"u\"", "context.who == principal", "principal is Other::User", "context.r == {\"n\": 1}"),
        Gen.OneOf("principal in G::\"g1\"", "principal in G::\"g2\"", "principal in [G::\"g3\", G::\"g4\"]", "resource.owner in G::\"g2\"", "resource in Folder::\"f2\"", "resource is Doc in Folder::\"f1\"", "principal is App::User in G::\"g3\"", "context.who in G::\"g2\"", "principal in Other::G::\"g1\""),
        Gen.OneOf("principal.hasTag(\"t\")", "principal.getTag(\"t\") == \"v\"", "principal.hasTag(context.s)", "true", "false", "context.r.n", "1 == 1"));

    private static readonly Gen<string> Space = Gen.OneOf(" ", "\n", "\r\n", "\r", " // é 😀 \"\n", "\t");

    private static Gen<string> Condition(int depth) => depth == 0
        ? Leaf
        : Gen.OneOf(
            Leaf,
            Gen.Select(Condition(depth - 1), Space, Condition(depth - 1), (left, space, right) => $"({left}{space}&& {right})"),
            Gen.Select(Condition(depth - 1), Space, Condition(depth - 1), (left, space, right) => $"({left} ||{space}{right})"),
            Gen.Select(Condition(depth - 1), Condition(depth - 1), Condition(depth - 1), (a, b, c) => $"({a} && {b} && {c})"),
            Condition(depth - 1).Select(inner => $"!({inner})"),
            Gen.Select(Condition(depth - 1), Condition(depth - 1), Condition(depth - 1), (test, yes, no) => $"(if {test} then {yes} else {no})"));

    private static readonly Gen<string> Clause = Gen.Select(Gen.OneOf("when", "when", "unless"), Space, Condition(2), (word, space, condition) => $"{word}{space}{{ {condition} }}");

    private static readonly Gen<string> Policy = Gen.Select(
        Gen.OneOf("", "@description(\"é 😀\")", "@description(\"\")"), Gen.OneOf("permit", "permit", "permit", "forbid"),
        Gen.OneOf("principal", "principal", "principal in G::\"g2\"", "principal is App::User in G::\"g3\"", "principal == App::User::\"v\"", "principal == Other::User::\"u\""),
        Gen.OneOf("resource", "resource", "resource in Folder::\"f2\"", "resource is Doc"), Gen.OneOf("action", "action in [Action::\"do\", Action::\"x\"]"), Space, Clause.Array[0, 3],
        (annotation, effect, principal, resource, action, space, clauses) => $"{annotation}{space}{effect}({principal},{space}{action}, {resource}) {string.Join(space, clauses)};");

    private static readonly Gen<World> Worlds = Gen.Select(
        Gen.Select(Gen.Long[-2, 4], Gen.Long[-1, 2], Gen.OneOf("", "a", "a\"b", "a*", "é😀", "x", "10.0.0.1", "2.5"), Gen.Int[0, 7], Gen.Int[-1, 3], Gen.Bool, Gen.Int[0, 5], (n, m, s, set, gone, f, d) => (n, m, s, set, gone, f, d)),
        Gen.Select(Gen.Int[0, 15], Gen.Int[0, 7], Gen.Int[0, 3], Gen.Bool, Gen.Bool, Gen.Bool, (groups, nested, folders, owned, tagged, boss) => (groups, nested, folders, owned, tagged, boss)),
        Policy.Array[1, 5], Space,
        (c, e, policies, space) =>
        {
            var context = new CedarRecord.Builder
            {
                { "n", c.n }, { "s", c.s }, { "f", CedarBool.Of(c.f) }, { "d", CedarDecimal.FromScaled(c.d * 10_000L) }, { "é 😀", c.m },
                { "set", SetOf(c.set) }, { "ip", CedarScalar.ParseIp(c.f) }, { "t", CedarScalar.ParseTime(c.d) }, { "who", new CedarEntity(c.f ? User : new("App::User", "v")) },
                { "r", new CedarRecord.Builder { { "n", c.m }, { "f", CedarBool.Of(c.f) }, { "deep", new CedarRecord.Builder { { "n", c.n } }.Build() } }.Build() },
            };
            if (c.gone >= 0)
            {
                context.Add("gone", c.gone == 3 ? SetOf(1) : c.gone);
            }

            var user = new CedarRecord.Builder { { "level", c.m }, { "name", c.s }, { "limit", CedarDecimal.FromScaled(c.d) } };
            if (e.boss)
            {
                user.Add("boss", new CedarEntity(new("App::User", "v")));
            }

            EntityUid[] G(int bits) => [.. Enumerable.Range(1, 4).Where(i => (bits >> (i - 1) & 1) == 1).Select(static i => new EntityUid("G", $"g{i}"))];
            var doc = new CedarRecord.Builder { { "open", CedarBool.Of(c.f) }, { "owner", new CedarEntity(e.owned ? User : new("App::User", "v")) } };
            return new World(
                new(User, new("Action", "do"), Doc, context.Build()),
                EntityStore.Create(
                [
                    new Entity(User, user.Build(), G(e.groups), e.tagged ? CedarRecord.Create([new("t", "v")]) : CedarRecord.Empty),
                    new Entity(new("App::User", "v"), CedarRecord.Create([new("level", c.n)]), G(e.groups >> 1)),
                    new Entity(new("G", "g1"), CedarRecord.Empty, (e.nested & 1) == 1 ? [new("G", "g2")] : []),
                    new Entity(new("G", "g2"), CedarRecord.Empty, (e.nested & 2) == 2 ? [new("G", "g3")] : []),
                    new Entity(new("G", "g4"), CedarRecord.Empty, (e.nested & 4) == 4 ? [new("G", "g2"), new("G", "g3")] : []),
                    new Entity(Doc, doc.Build(), [.. Enumerable.Range(1, 2).Where(i => (e.folders >> (i - 1) & 1) == 1).Select(static i => new EntityUid("Folder", $"f{i}"))]),
                    new Entity(new("Folder", "f1"), CedarRecord.Empty, e.tagged ? [new("Folder", "f2")] : []),
                ]),
                string.Join(space, policies));
        });

    private static int Iterations => Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1" ? 30_000 : 500;

    [Fact]
    public void What_is_told_of_a_policy_is_so_and_stands_where_it_says() => Worlds.Sample(
        world =>
        {
            var explanation = world.Explain();
            var interpreter = new Interpreter(world.Request, world.Entities);
            var answer = CedarAuthorizer.Authorize(world.Request, world.Policies, world.Entities);
            Assert.Equal(answer.Decision == CedarDecision.Allow, explanation.IsAccepted);
            Assert.Equal(answer.Reasons.Concat(answer.Errors.Select(static e => e.PolicyId)), explanation.Policies.Where(static p => p.Outcome != PolicyTraceOutcome.NotApplied).Select(static p => p.PolicyId));
            foreach (var told in explanation.Policies)
            {
                AssertPlace(world.Text, told.Source);
                if (told.Outcome == PolicyTraceOutcome.NotApplied)
                {
                    Assert.NotEmpty(told.Conditions);
                }

                foreach (var condition in told.Conditions)
                {
                    AssertPlace(world.Text, condition.Span);
                    Assert.Equal(told.Outcome == PolicyTraceOutcome.Applied, condition.Holds);
                    foreach (var text in new[] { Stretch(world.Text, condition.Span), condition.Text })
                    {
                        // Without the brackets around its ends a stretch need not be a condition.
                        if (Evaluate(interpreter, text) is { } value)
                        {
                            Assert.True(value == (condition.Holds == condition.Expected), $"{text} is {value}");
                        }
                    }

                    AssertSentence(condition);
                    foreach (var value in condition.Values)
                    {
                        Assert.Equal(interpreter.Evaluate(PolicyParser.ParseExpression(new(value.Expression, null), new DiagnosticBag(new(value.Expression, null)))!) is null, value.Value is null);
                    }
                }
            }
        },
        iter: Iterations);

    [Fact]
    public void Of_what_is_suggested_nothing_can_be_left_out_down_to_the_items_of_lists()
    {
        var (denied, helped) = (0, 0);
        Worlds.Sample(
            world =>
            {
                var explanation = world.Explain();
                Interlocked.Add(ref denied, explanation.IsAccepted ? 0 : 1);
                Interlocked.Add(ref helped, explanation.Suggestions.Count > 0 ? 1 : 0);
                foreach (var suggestion in explanation.Suggestions)
                {
                    Assert.True(IsPermitted(world, suggestion.Request.Context, suggestion.Entities.Find), suggestion.Sentence);
                    var atoms = AtomsOf(world, suggestion).Take(9).ToList();
                    Assert.NotEmpty(atoms);
                    for (var chosen = 0; chosen < (1 << atoms.Count) - 1 && atoms.Count < 9; chosen++)
                    {
                        var edited = new Edited(world);
                        for (var i = 0; i < atoms.Count; i++)
                        {
                            if ((chosen >> i & 1) == 1)
                            {
                                atoms[i].Do(edited);
                            }
                        }

                        Assert.False(IsPermitted(world, edited.Context, edited.Find), $"Of “{suggestion.Sentence}” this is enough: {string.Join(", ", atoms.Where((_, i) => (chosen >> i & 1) == 1).Select(static a => a.What))}");
                    }
                }
            },
            iter: Iterations);
        Assert.True(helped * 3 > denied, $"Of {denied} denials only {helped} got a suggestion.");
    }

    [Fact]
    public void The_words_and_the_json_tell_the_same_of_all_policies() => Worlds.Sample(
        world =>
        {
            var explanation = world.Explain();
            var words = explanation.ToString();
            using var json = JsonDocument.Parse(explanation.ToJson());
            Assert.Equal(explanation.Policies.Count, json.RootElement.GetProperty("policies").GetArrayLength());
            foreach (var (told, written) in explanation.Policies.Zip(json.RootElement.GetProperty("policies").EnumerateArray()))
            {
                Assert.Equal(told.PolicyId, written.GetProperty("id").GetString());
                Assert.Equal(told.Source.Line, written.GetProperty("line").GetInt32());
                foreach (var (condition, data) in told.Conditions.Zip(written.GetProperty("conditions").EnumerateArray()))
                {
                    Assert.Equal(condition.Sentence, data.GetProperty("sentence").GetString());
                    Assert.Contains($"  - {condition.Sentence} [p.cedar({data.GetProperty("line").GetInt32()},{data.GetProperty("column").GetInt32()})]", words, StringComparison.Ordinal);
                }
            }

            Assert.Equal(
                explanation.Suggestions.Select(static s => s.Sentence), json.RootElement.GetProperty("suggestions").EnumerateArray().Select(static s => s.GetProperty("if").GetString()!));
            Assert.All(explanation.Suggestions, s => Assert.Contains($"It would be permitted if {s.Sentence}.", words, StringComparison.Ordinal));
        },
        iter: Iterations);

    private static CedarSet SetOf(int bits) => CedarSet.Create(Items.Where((_, i) => (bits >> i & 1) == 1).Select(static item => (CedarValue)item));

    private static string Stretch(string text, SourceSpan span) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)[span.Start..span.End]);

    // Lines and columns, counted in another way than the reader of policies does.
    private static void AssertPlace(string text, SourceSpan span)
    {
        Assert.True(span.IsKnown);
        var before = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)[..span.Start]);
        var lines = LineEnd().Split(before);
        Assert.Equal((lines.Length, lines[^1].Length + 1), (span.Line, span.Column));
    }

    private static bool? Evaluate(Interpreter interpreter, string text)
    {
        var source = new SourceText(text, null);
        return PolicyParser.ParseExpression(source, new DiagnosticBag(source)) is { } expr && interpreter.Evaluate(expr) is CedarBool value ? value.Value : null;
    }

    // A sentence of one comparison does not contradict itself.
    private static void AssertSentence(ConditionTrace condition)
    {
        if (Bound().Match(condition.Sentence) is { Success: true } bound)
        {
            var (asked, it) = (decimal.Parse(bound.Groups["bound"].Value, CultureInfo.InvariantCulture), decimal.Parse(bound.Groups["it"].Value, CultureInfo.InvariantCulture));
            var isSo = bound.Groups["how"].Value switch { "at most" => it <= asked, "less than" => it < asked, "at least" => it >= asked, "more than" => it > asked, _ => it == asked };
            Assert.True(isSo == condition.Holds, condition.Sentence);
        }

        if (Equality().IsMatch(condition.Text) && Same().Match(condition.Sentence) is { Success: true } same)
        {
            var isSo = (same.Groups["asked"].Value == same.Groups["it"].Value) != same.Groups["not"].Success;
            Assert.True(isSo == condition.Holds, condition.Sentence);
        }
    }

    private static bool IsPermitted(World world, CedarRecord context, Func<EntityUid, Entity?> find) => CedarAuthorizer.Authorize(
        new(User, new("Action", "do"), Doc, context), world.Policies,
        EntityStore.Create(world.Uids.Select(find).OfType<Entity>())).Decision == CedarDecision.Allow;

    private static IEnumerable<(string What, Action<Edited> Do)> AtomsOf(World world, SuggestedChange suggestion)
    {
        foreach (var (what, path, value) in Differences(world.Request.Context, suggestion.Request.Context, []))
        {
            yield return ($"context.{what}", edited => edited.Context = Edit(edited.Context, path, value));
        }

        foreach (var uid in world.Uids)
        {
            var (was, tried) = (world.Entities.Find(uid), suggestion.Entities.Find(uid));
            foreach (var (what, path, value) in Differences(was?.Attributes ?? CedarRecord.Empty, tried?.Attributes ?? CedarRecord.Empty, []))
            {
                yield return ($"{uid}.{what}", edited => edited.Put(uid, e => new(uid, Edit(e.Attributes, path, value), e.Parents, e.Tags)));
            }

            var (before, after) = ((was?.Parents ?? []).ToHashSet(), (tried?.Parents ?? []).ToHashSet());
            foreach (var parent in after.Except(before))
            {
                yield return ($"{uid} in {parent}", edited => edited.Put(uid, e => new(uid, e.Attributes, e.Parents.Append(parent), e.Tags)));
            }

            foreach (var parent in before.Except(after))
            {
                yield return ($"{uid} not in {parent}", edited => edited.Put(uid, e => new(uid, e.Attributes, e.Parents.Where(p => p != parent), e.Tags)));
            }
        }
    }

    // Each attribute that differs, and of sets each item.
    private static IEnumerable<(string What, string[] Path, Func<CedarValue?, CedarValue?> Value)> Differences(CedarRecord from, CedarRecord to, string[] path)
    {
        foreach (var name in from.Select(static m => m.Key).Union(to.Select(static m => m.Key)))
        {
            string[] here = [.. path, name];
            var (was, now) = (from.TryGetValue(name, out var a) ? a : null, to.TryGetValue(name, out var b) ? b : null);
            var what = string.Join('.', here);
            if (Equals(was, now))
            {
                continue;
            }

            if (was is CedarRecord inner && now is CedarRecord changed && inner.Count + 1 >= changed.Count && changed.Count + 1 >= inner.Count)
            {
                foreach (var difference in Differences(inner, changed, here))
                {
                    yield return difference;
                }
            }
            else if (now is CedarSet items && was is CedarSet or null && (was is CedarSet || items.Count > 1))
            {
                var before = was as CedarSet ?? CedarSet.Empty;
                foreach (var item in items.Where(i => !before.Contains(i)))
                {
                    yield return ($"{what} + {item}", here, value => CedarSet.Create([.. value as CedarSet ?? CedarSet.Empty, item]));
                }

                foreach (var item in before.Where(i => !items.Contains(i)))
                {
                    yield return ($"{what} - {item}", here, value => CedarSet.Create((value as CedarSet ?? CedarSet.Empty).Where(i => !i.Equals(item))));
                }
            }
            else
            {
                yield return ($"{what} = {now}", here, _ => now);
            }
        }
    }

    private static CedarRecord Edit(CedarRecord record, ReadOnlySpan<string> path, Func<CedarValue?, CedarValue?> value)
    {
        var members = record.ToDictionary(static m => m.Key, static m => m.Value);
        var now = members.GetValueOrDefault(path[0]);
        var next = path.Length == 1 ? value(now) : Edit(now as CedarRecord ?? CedarRecord.Empty, path[1..], value);
        members.Remove(path[0]);
        if (next is not null)
        {
            members[path[0]] = next;
        }

        return CedarRecord.Create(members);
    }

    [GeneratedRegex("\r\n|\r|\n")]
    private static partial Regex LineEnd();

    [GeneratedRegex("""^[\w.' ]+ (must be|is) ((?<how>at most|less than|at least|more than) )?(?<bound>-?\d+(\.\d+)?) \(it is (?<it>-?\d+(\.\d+)?)\)$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Bound();

    [GeneratedRegex("^(?!.?if )[^&|…]+ [!=]= [^&|…]+$")]
    private static partial Regex Equality();

    [GeneratedRegex("""^[^,]+? (?:must (?<not>not )?be|is(?<not> not)?) (?<asked>(?!not )[^,]+?) \((?:it is|it holds) (?<it>.+)\)$""")]
    private static partial Regex Same();

    private sealed record World(CedarRequest Request, EntityStore Entities, string Text)
    {
        public PolicySet Policies { get; } = PolicySet.TryParse(Text, "p.cedar", out var set, out var diagnostics) ? set : throw new CedarSyntaxException(diagnostics);

        public IReadOnlyList<EntityUid> Uids { get; } =
            [User, Doc, new("App::User", "v"), new("G", "g1"), new("G", "g2"), new("G", "g3"), new("G", "g4"), new("Folder", "f1"), new("Folder", "f2"), new("Other::G", "g1")];

        public CedarExplanation Explain() => CedarExplainer.Explain(Request, Policies, Entities);

        public override string ToString() => $"{Request.Context}\n{string.Join("\n", Uids.Select(u => Entities.Find(u)).OfType<Entity>().Select(e => $"{e.Uid} {e.Attributes} in {string.Join(", ", e.Parents)}"))}\n{Text}\n{Explain()}";
    }

    private sealed class Edited(World world)
    {
        private readonly Dictionary<EntityUid, Entity> _entities = [];

        public CedarRecord Context { get; set; } = world.Request.Context;

        public Entity? Find(EntityUid uid) => _entities.GetValueOrDefault(uid) ?? world.Entities.Find(uid);

        public void Put(EntityUid uid, Func<Entity, Entity> change) => _entities[uid] = change(Find(uid) ?? new Entity(uid));
    }

    private static class CedarScalar
    {
        public static CedarValue ParseIp(bool isOne) => Of($"ip(\"{(isOne ? "10.0.0.1" : "::1")}\")");

        public static CedarValue ParseTime(int day) => Of($"datetime(\"2026-01-0{day + 1}\")");

        private static CedarValue Of(string text)
        {
            var source = new SourceText(text, null);
            return new Interpreter(new(User, new("Action", "do"), Doc), EntityStore.Empty).Evaluate(PolicyParser.ParseExpression(source, new DiagnosticBag(source))!)!;
        }
    }
}
