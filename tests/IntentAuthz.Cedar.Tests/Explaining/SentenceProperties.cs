using System.Text.RegularExpressions;

using CsCheck;

namespace IntentAuthz.Cedar.Tests.Explaining;

/// <summary>
/// What a suggestion says, done by somebody who has read only its sentence, permits: the sentences are parsed, what they say is done to the
/// request, and the policies are asked. And what is smallest is held against all single changes of a small world.
/// </summary>
public sealed partial class SentenceProperties
{
    private static readonly string[] Texts = ["", "a", "ab", "b", "it", "hr", "other"];
    private static readonly string[] Items = ["x", "y", "z"];
    private static readonly string[] Groups = ["g1", "g2", "f1", "f2"];
    private static readonly EntityUid User = new("User", "u");
    private static readonly EntityUid Doc = new("Doc", "d");

    private static readonly Gen<string> Leaf = Gen.OneOf(
        Gen.Select(Gen.OneOf("context.n", "context.m", "principal.level"), Gen.OneOf("<", "<=", ">", ">=", "==", "!="), Gen.Int[0, 5], (place, op, bound) => $"{place} {op} {bound}"),
        Gen.Select(Gen.OneOf("<", "<=", ">", ">=", "==", "!="), op => $"context.n {op} context.m"),
        Gen.Select(Gen.OneOf("==", "!="), Gen.OneOf("", "a", "ab"), (op, text) => $"context.s {op} \"{text}\""),
        Gen.OneOf("a*", "*b", "a*b", "*").Select(pattern => $"context.s like \"{pattern}\""),
        Gen.OneOf("x", "y", "z").Select(item => $"context.t.contains(\"{item}\")"),
        Gen.Select(Gen.OneOf("containsAll", "containsAny"), Gen.OneOf("\"x\"", "\"x\", \"y\"", "\"y\", \"z\""), (method, items) => $"context.t.{method}([{items}])"),
        Gen.OneOf("context has o", "context.o >= 2", "context has o && context.o <= 3", "context.f", "context.t.isEmpty()", "[\"x\", \"y\"].containsAll(context.t)"),
        Gen.OneOf("[\"a\", \"b\"].contains(context.s)", "[\"ab\"].contains(context.s)", "resource.pub", "principal.dept == resource.dept"),
        Gen.OneOf("principal in Group::\"g1\"", "principal in [Group::\"g1\", Group::\"g2\"]", "resource in Folder::\"f1\"", "resource is Doc in Folder::\"f2\""));

    private static Gen<string> Condition(int depth) => depth == 0
        ? Leaf
        : Gen.OneOf(
            Leaf,
            Gen.Select(Condition(depth - 1), Condition(depth - 1), (left, right) => $"({left} && {right})"),
            Gen.Select(Condition(depth - 1), Condition(depth - 1), (left, right) => $"({left} || {right})"),
            Condition(depth - 1).Select(inner => $"!({inner})"),
            Gen.Select(Condition(depth - 1), Condition(depth - 1), Condition(depth - 1), (test, yes, no) => $"(if {test} then {yes} else {no})"));

    private static readonly Gen<string> Policy = Gen.Select(
        Gen.OneOf("permit", "permit", "forbid"), Gen.OneOf("principal", "principal", "principal in Group::\"g1\"", "principal is User in Group::\"g2\""),
        Gen.OneOf("resource", "resource", "resource in Folder::\"f1\""), Gen.OneOf("when", "when", "unless"), Condition(2),
        (effect, principal, resource, clause, condition) => $"{effect}({principal}, action, {resource}) {clause} {{ {condition} }};");

    private static readonly Gen<World> Worlds = Gen.Select(
        Gen.Select(Gen.Long[-1, 7], Gen.Long[-1, 7], Gen.Long[-1, 4], Gen.OneOf("", "a", "ab", "b"), Gen.Int[0, 7], Gen.Bool, (n, m, o, s, t, f) => (n, m, o, s, t, f)),
        Gen.Select(Gen.Long[-1, 5], Gen.OneOf("", "it", "hr"), Gen.OneOf("", "it", "hr"), Gen.Bool, Gen.Int[0, 15], (level, mine, its, pub, groups) => (level, mine, its, pub, groups)),
        Policy.Array[1, 4],
        (context, entities, policies) => new World(
            new()
            {
                ["context.n"] = context.n, ["context.m"] = context.m, ["context.o"] = context.o < 0 ? null : (CedarValue)context.o, ["context.s"] = context.s, ["context.f"] = CedarBool.Of(context.f),
                ["context.t"] = SetOf(context.t),
                ["principal.level"] = entities.level, ["principal.dept"] = entities.mine, ["resource.dept"] = entities.its, ["resource.pub"] = CedarBool.Of(entities.pub),
            },
            [.. Groups.Where((_, i) => (entities.groups >> i & 1) == 1)],
            PolicySet.Parse(string.Join('\n', policies))));

    private static int Iterations => Environment.GetEnvironmentVariable("INTENTAUTHZ_LONG") == "1" ? 200_000 : 2_000;

    [Fact]
    public void What_a_suggestion_says_permits_and_is_all_that_was_tried()
    {
        var suggested = 0;
        Worlds.Sample(
            world =>
            {
                var explanation = CedarExplainer.Explain(world.Request, world.Policies, world.Entities);
                Interlocked.Add(ref suggested, explanation.Suggestions.Count);
                foreach (var suggestion in explanation.Suggestions)
                {
                    var done = suggestion.Changes.Aggregate(world, static (before, change) => before.Do(change.Sentence));
                    Assert.True(done.IsPermitted, $"{suggestion} does not permit.");
                    Assert.True(suggestion.Request.Context.Equals(done.Request.Context), $"{suggestion} is not the context that was tried.");
                    foreach (var uid in new[] { User, Doc })
                    {
                        var (tried, made) = (suggestion.Entities.Find(uid)!, done.Entities.Find(uid)!);
                        Assert.True(tried.Attributes.Equals(made.Attributes) && tried.Parents.ToHashSet().SetEquals(made.Parents), $"{suggestion} is not what was tried.");
                    }

                    Assert.Equal(suggestion.Changes.Count, world.DifferencesTo(done));
                }
            },
            iter: Iterations);
        Assert.True(suggested > Iterations / 2, $"{suggested} suggestions; the property would say little.");
    }

    [Fact]
    public void Hardly_ever_is_there_a_single_change_where_several_are_suggested()
    {
        var (several, notSmallest) = (0, 0);
        Worlds.Sample(
            world =>
            {
                var explanation = CedarExplainer.Explain(world.Request, world.Policies, world.Entities);
                if (explanation.Suggestions is [{ Changes.Count: > 1 }, ..])
                {
                    Interlocked.Increment(ref several);
                    Interlocked.Add(ref notSmallest, world.Singles().Any(static single => single.IsPermitted) ? 1 : 0);
                }
            },
            iter: Iterations);

        // Values between those that conditions compare with are not searched, and the documentation says so.
        Assert.True(notSmallest * 5 <= several + 5, $"Of {several} suggestions of several changes {notSmallest} could have been one change.");
    }

    private static CedarSet SetOf(int bits) => CedarSet.Create(Items.Where((_, i) => (bits >> i & 1) == 1).Select(static item => (CedarValue)item));

    /// <summary>A request, its entities and its policies, by the paths that conditions read.</summary>
    private sealed partial record World(Dictionary<string, CedarValue?> Values, string[] Groups, PolicySet Policies)
    {
        public CedarRequest Request { get; } = new(User, new("Action", "a"), Doc, Part(Values, "context."));

        public EntityStore Entities { get; } = EntityStore.Create(
        [
            new Entity(User, Part(Values, "principal."), Groups.Where(static g => g[0] == 'g').Select(static g => new EntityUid("Group", g))),
            new Entity(Doc, Part(Values, "resource."), Groups.Where(static g => g[0] == 'f').Select(static f => new EntityUid("Folder", f))),
        ]);

        public bool IsPermitted => CedarAuthorizer.Authorize(Request, Policies, Entities).Decision == CedarDecision.Allow;

        public int DifferencesTo(World other) =>
            Values.Count(value => !Equals(value.Value, other.Values[value.Key])) + Groups.Except(other.Groups).Count() + other.Groups.Except(Groups).Count();

        public IEnumerable<World> Singles()
        {
            foreach (var (place, value) in Values)
            {
                IEnumerable<CedarValue?> others = value switch
                {
                    CedarBool b => [CedarBool.Of(!b.Value)],
                    CedarString => Texts.Select(static s => (CedarValue)s),
                    CedarSet => Enumerable.Range(0, 8).Select(static bits => (CedarValue)SetOf(bits)),
                    _ => Enumerable.Range(-1, 9).Select(static n => (CedarValue)(long)n),
                };
                foreach (var other in others)
                {
                    yield return With(place, other);
                }
            }

            foreach (var group in SentenceProperties.Groups)
            {
                yield return new World(Values, Groups.Contains(group) ? [.. Groups.Where(g => g != group)] : [.. Groups, group], Policies);
            }
        }

        /// <summary>Does what a sentence says, and nothing else.</summary>
        public World Do(string sentence)
        {
            var said = Sentence().Match(sentence);
            Assert.True(said.Success, $"'{sentence}' is not understood.");
            var place = said.Groups["place"].Value;
            if (said.Groups["group"] is { Success: true, Value: var group })
            {
                return new World(Values, said.Groups["not"].Success ? [.. Groups.Where(g => g != group)] : [.. Groups.Append(group).Distinct()], Policies);
            }

            place = place.StartsWith("the principal's ", StringComparison.Ordinal) ? "principal." + place[16..]
                : place.StartsWith("the resource's ", StringComparison.Ordinal) ? "resource." + place[15..]
                : "context." + place;
            var now = Values[place];
            Assert.Equal(said.Groups["now"] is { Success: true, Value: var it } ? it : null, now switch
            {
                null => "it is not given",
                CedarSet { Count: 0 } => "it is empty",
                CedarSet set => "it holds " + string.Join(", ", set.Select(static item => item.ToString())) is var list && list.LastIndexOf(", ", StringComparison.Ordinal) is var last and > 0 ? $"{list[..last]} and {list[(last + 2)..]}" : list,
                CedarBool when said.Groups["value"].Value is "true" => null,
                _ => $"it is {now}",
            });
            var items = now as CedarSet ?? CedarSet.Empty;
            return With(place, said.Groups["value"].Value switch
            {
                "not given" => null,
                "empty" => CedarSet.Empty,
                "true" => CedarBool.Of(!said.Groups["not"].Success),
                "false" => CedarBool.False,
                "" => CedarSet.Create(items.Concat(Named(said.Groups["added"].Value)).Except(Named(said.Groups["removed"].Value))),
                ['"', .. var text, '"'] => text,
                var number => long.Parse(number, System.Globalization.CultureInfo.InvariantCulture),
            });
        }

        private World With(string place, CedarValue? value) => new(new(Values) { [place] = value }, Groups, Policies);

        private static IEnumerable<CedarValue> Named(string list) => Item().Matches(list).Select(static match => (CedarValue)match.Groups[1].Value);

        private static CedarRecord Part(Dictionary<string, CedarValue?> values, string part) => CedarRecord.Create(
            values.Where(value => value.Value is not null && value.Key.StartsWith(part, StringComparison.Ordinal)).Select(value => KeyValuePair.Create(value.Key[part.Length..], value.Value!)));

        [GeneratedRegex("""^(?<place>.+?) (were ((?<not>not )?in (group|folder) "(?<group>\w+)"|(?<not>not )?(?<value>true)|(?<value>not given|empty|false|-?\d+|"\w*"))|(also )?held (?<added>[^()]+?)( and did not hold (?<removed>[^()]+?))?|did not hold (?<removed>[^()]+?))( \((?<now>it .*)\))?$""", RegexOptions.ExplicitCapture)]
        private static partial Regex Sentence();

        [GeneratedRegex("\"(\\w*)\"")]
        private static partial Regex Item();
    }
}
