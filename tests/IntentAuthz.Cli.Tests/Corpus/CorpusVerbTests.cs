namespace IntentAuthz.Cli.Tests.Corpus;

/// <summary>What the verb says of small corpora, right and wrong ones.</summary>
public sealed class CorpusVerbTests : IDisposable
{
    private readonly SmallCorpus _corpus = new();

    public void Dispose() => _corpus.Dispose();

    private void Passes(string below = ".", int count = 1)
    {
        var result = _corpus.Run(below);
        Assert.Equal([$"{count} passed, 0 failed"], result.Lines);
        Assert.Equal(0, result.ExitCode);
    }

    private void Fails(params string[] disagreements)
    {
        var result = _corpus.Run();
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("0 passed, 1 failed", result.Lines[^1]);
        Assert.Equal(disagreements, result.Lines[..^1]);
    }

    private void ReplaceInTest(string old, string replacement) => Replace("corpus/good.json", SmallCorpus.Test, old, replacement);

    private void ReplaceInVerdicts(string old, string replacement) => Replace("corpus/good.validation.json", SmallCorpus.Verdicts, old, replacement);

    private void Replace(string path, string content, string old, string replacement)
    {
        Assert.Contains(old, content, StringComparison.Ordinal);
        _corpus.Write(path, content.Replace(old, replacement, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("corpus")]
    public void A_test_passes_from_wherever_above_it_the_run_starts(string below) => Passes(below);

    [Fact]
    public void A_test_in_a_nested_directory_finds_its_files_above_it()
    {
        _corpus.Write("corpus/deeply/nested/other-name.json", SmallCorpus.Test);
        Passes(count: 2);
    }

    [Fact]
    public void The_nearest_file_of_a_name_is_taken()
    {
        _corpus.Write("inner/corpus/good.json", SmallCorpus.Test);
        _corpus.Write("inner/corpus/good.cedar", "permit(principal, action, resource);");

        Assert.Equal(["1 passed, 1 failed"], _corpus.Run().Lines[^1..]);
    }

    [Fact]
    public void Sample_data_beside_tests_is_no_test()
    {
        _corpus.Write("sample-data/entities.json", "[]");
        _corpus.Write("sample-data/schema.json", "{}");
        Passes();
    }

    [Theory]
    [InlineData("corpus/good.validation.json")]
    [InlineData("corpus/good.cedarschema.json")]
    public void What_may_be_missing_may_be_missing(string path)
    {
        _corpus.Delete(path);
        Passes();
    }

    [Fact]
    public void A_test_without_a_schema_is_only_decided()
    {
        ReplaceInTest("\"schema\": \"corpus/good.cedarschema\", \"shouldValidate\": true,", "");
        _corpus.Write("corpus/good.entities.json", SmallCorpus.Entities.Replace("{ \"type\": \"User\", \"id\": \"ann\" } }", "{ \"__entity\": { \"type\": \"User\", \"id\": \"ann\" } } }", StringComparison.Ordinal));
        Passes();
    }

    [Fact]
    public void Policies_go_by_their_id_annotation_too()
    {
        _corpus.Write("corpus/good.cedar", SmallCorpus.Policies.Replace("permit(", "@id(\"small sums\") permit(", StringComparison.Ordinal));
        ReplaceInTest("\"policy0\"", "\"small sums\"");
        Passes();
    }

    [Fact]
    public void Policies_may_be_json()
    {
        _corpus.Write("corpus/policies.json", Cedar.PolicySet.Parse(SmallCorpus.Policies).ToJson());
        _corpus.Delete("corpus/good.validation.json");
        ReplaceInTest("corpus/good.cedar\"", "corpus/policies.json\"");
        Passes();
    }

    [Fact]
    public void A_byte_order_mark_is_no_part_of_a_test()
    {
        _corpus.Write("corpus/good.json", "\uFEFF" + SmallCorpus.Test);
        Passes();
    }

    [Fact]
    public void Two_entities_may_have_one_name_without_quotes()
    {
        ReplaceInVerdicts("\"Team::billing\": {}", "\"Team::billing\": {}, \"Team::billing\": {}");
        Passes();
    }

    [Fact]
    public void A_wrong_decision_is_printed()
    {
        ReplaceInTest("\"allow\"", "\"deny\"");
        Fails(
            "corpus/good.json: one that overflows: decision: expected deny, got allow",
            "corpus/good.json: one that overflows: decision of the policies written as JSON and read again: expected deny, got allow");
    }

    [Fact]
    public void Wrong_reasons_and_errors_are_printed()
    {
        ReplaceInTest("\"reason\": [\"policy1\"], \"errors\": []", "\"reason\": [], \"errors\": [\"policy0\", \"policy1\"]");
        Fails(
            "corpus/good.json: one that is forbidden: reasons: expected [], got [policy1]",
            "corpus/good.json: one that is forbidden: errors: expected [policy0, policy1], got []",
            "corpus/good.json: one that is forbidden: reasons of the policies written as JSON and read again: expected [], got [policy1]",
            "corpus/good.json: one that is forbidden: errors of the policies written as JSON and read again: expected [policy0, policy1], got []");
    }

    [Fact]
    public void A_wrong_verdict_on_the_policies_is_printed()
    {
        ReplaceInTest("\"shouldValidate\": true", "\"shouldValidate\": false");
        Fails("corpus/good.json: strict validation with schema text: expected not valid, got valid");
    }

    [Fact]
    public void A_wrong_verdict_on_one_policy_in_one_mode_is_printed()
    {
        ReplaceInVerdicts("\"policy1\": { \"strict\": true, \"permissive\": true }", "\"policy1\": { \"strict\": true, \"permissive\": false }");
        Fails("corpus/good.json: permissive validation with schema text of policy1: expected not valid, got valid");
    }

    [Fact]
    public void A_wrong_verdict_on_a_request_is_printed()
    {
        ReplaceInVerdicts("\"Request 1\", \"strict\": true", "\"Request 1\", \"strict\": false");
        Fails("corpus/good.json: one that is forbidden: request validation with schema text, strict: expected not valid, got valid");
    }

    [Fact]
    public void A_request_that_should_conform_and_does_not_is_printed()
    {
        ReplaceInTest("\"amount\": -1", "\"amount\": -1, \"more\": true");
        _corpus.Delete("corpus/good.validation.json");
        var line = Assert.Single(_corpus.Run().Lines[..^1]);
        Assert.StartsWith("corpus/good.json: one that is forbidden: request validation with schema text: expected valid, got unexpected-attribute", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_request_that_was_not_validated_nothing_is_expected()
    {
        ReplaceInTest("\"amount\": -1 }", "\"amount\": -1, \"more\": true }, \"validateRequest\": false");
        _corpus.Delete("corpus/good.validation.json");
        Passes();
    }

    [Fact]
    public void An_entity_that_the_reference_refuses_must_be_refused()
    {
        ReplaceInVerdicts("\"Team::billing\": {}", "\"Team::billing\": { \"error\": \"unexpected attribute\" }");
        Fails("corpus/good.json: entities with schema text: expected refusal of Team::billing, got all conform");
    }

    [Fact]
    public void An_entity_that_is_refused_as_recorded_is_no_disagreement()
    {
        ReplaceInVerdicts("\"Team::billing\": {}", "\"Team::billing\": { \"error\": \"unexpected attribute\" }");
        _corpus.Write(
            "corpus/good.entities.json",
            SmallCorpus.Entities
                .Replace("\"id\": \"billing\" }, \"attrs\": {}", "\"id\": \"billing\" }, \"attrs\": { \"more\": 1 }", StringComparison.Ordinal)
                .Replace("{ \"type\": \"User\", \"id\": \"ann\" } }", "{ \"__entity\": { \"type\": \"User\", \"id\": \"ann\" } } }", StringComparison.Ordinal));
        Passes();
    }

    [Fact]
    public void A_schema_in_json_that_means_something_else_is_printed()
    {
        var other = Cedar.Schema.ParseCedar(SmallCorpus.Schema.Replace("amount: Long", "amount: String", StringComparison.Ordinal)).ToJson();
        _corpus.Write("corpus/good.cedarschema.json", other);
        var lines = _corpus.Run().Lines;
        Assert.Equal("0 passed, 1 failed", lines[^1]);
        Assert.All(lines[..^1], line => Assert.Contains("with schema JSON", line, StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("strict validation with schema JSON of policy0: expected valid, got", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("corpus/good.json", "{ \"policies\":")]
    [InlineData("corpus/good.json", "[]")]
    [InlineData("corpus/good.json", "{ \"requests\": 1 }")]
    [InlineData("corpus/good.json", "{}")]
    [InlineData("corpus/good.json", "{ \"requests\": [], \"policies\": \"corpus/good.cedar\", \"entities\": \"../nowhere\" }")]
    [InlineData("corpus/good.cedar", "permit(")]
    [InlineData("corpus/good.cedarschema", "entity")]
    [InlineData("corpus/good.cedarschema.json", "{")]
    [InlineData("corpus/good.entities.json", "{}")]
    [InlineData("corpus/good.validation.json", "\0")]
    public void What_cannot_be_read_fails_with_the_reason(string path, string content)
    {
        _corpus.Write(path, content);
        var result = _corpus.Run();
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("0 passed, 1 failed", result.Lines[^1]);
        Assert.NotEmpty(result.Lines[..^1]);
        Assert.DoesNotContain("   at ", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("corpus/good.cedar")]
    [InlineData("corpus/good.entities.json")]
    [InlineData("corpus/good.cedarschema")]
    public void A_file_that_is_not_there_fails_with_its_name(string path)
    {
        _corpus.Delete(path);
        Fails($"corpus/good.json: the test: expected one that can be run, got the file `{path}`, which the test names, is in no directory from that of the test upwards");
    }

    [Fact]
    public void One_bad_test_does_not_stop_the_others()
    {
        _corpus.Write("corpus/bad.json", "{ \"policies\": ");
        _corpus.Write("corpus/other.json", SmallCorpus.Test);

        Assert.Equal("2 passed, 1 failed", _corpus.Run().Lines[^1]);
    }

    [Fact]
    public void No_test_at_all_is_a_failure()
    {
        _corpus.Write("empty/readme.txt", "");
        var result = _corpus.Run("empty");

        Assert.Equal(2, result.ExitCode);
        Assert.Equal(["0 passed, 0 failed"], result.Lines);
        Assert.Contains("There is no test", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_that_is_not_there_is_a_failure() => Assert.Equal(2, _corpus.Run("nowhere").ExitCode);

    [Fact]
    public void An_engine_that_does_not_exist_is_refused_with_those_that_do()
    {
        var result = Verb.Run("cedar", "corpus", _corpus.Root, "--engine", "guess");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains("'interpreter'", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Control_characters_of_a_test_do_not_reach_the_terminal()
    {
        _corpus.Write("corpus/good.json", SmallCorpus.Test.Replace("one that overflows", "\\u001b[2J\\u202e", StringComparison.Ordinal).Replace("\"allow\"", "\"deny\"", StringComparison.Ordinal));

        Assert.Contains(@"\u{1b}[2J\u{202e}: decision: expected deny", _corpus.Run().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Control_characters_in_the_name_of_a_test_do_not_reach_the_terminal()
    {
        _corpus.Delete("corpus/good.json");
        _corpus.Write("corpus/a\u001b[2J.json", """{ "requests": 1 }""");

        Assert.StartsWith(Path.Combine("corpus", @"a\u{1b}[2J.json: "), _corpus.Run().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_leads_back_up_is_not_followed()
    {
        Directory.CreateSymbolicLink(Path.Combine(_corpus.Root, "corpus", "again"), _corpus.Root);
        Passes();
    }
}
