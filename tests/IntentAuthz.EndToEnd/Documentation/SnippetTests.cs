using IntentAuthz.Cedar;

namespace IntentAuthz.EndToEnd.Documentation;

/// <summary>What the documentation tells people to write works: every C# block compiles against the packages, every Cedar block parses.</summary>
public sealed class SnippetTests
{
    private static readonly string[] s_otherNamesOfCSharp = ["cs", "c#", "C#", "CSharp", "Csharp"];

    public static TheoryData<string, int> CSharpBlocks => Of("csharp");

    public static TheoryData<string, int> CedarBlocks => Of("cedar");

    [Theory]
    [MemberData(nameof(CSharpBlocks))]
    public void Every_csharp_block_compiles(string file, int line)
    {
        IReadOnlyList<string> errors = SnippetCompiler.Compile(Find(file, line));
        Assert.True(errors.Count == 0, $"The C# block at {file}:{line} does not compile:\n{string.Join('\n', errors)}");
    }

    [Theory]
    [MemberData(nameof(CedarBlocks))]
    public void Every_cedar_block_parses(string file, int line)
    {
        bool parsed = PolicySet.TryParse(Find(file, line).Code, file, out _, out IReadOnlyList<CedarDiagnostic> diagnostics);
        Assert.True(parsed, $"The Cedar block at {file}:{line} does not parse (lines are the block's own; schemas use another fence name):\n{string.Join('\n', diagnostics)}");
    }

    [Fact]
    public void No_block_opts_out_of_being_compiled()
    {
        string[] hidden =
        [
            .. MarkdownFiles.Blocks
                .Where(static b => (b.Language is "csharp" or "cedar" && b.Info != b.Language) || s_otherNamesOfCSharp.Contains(b.Language) || IsCodeAsText(b))
                .Select(static b => $"{b} is marked \"{b.Info}\""),
        ];
        Assert.True(hidden.Length == 0, $"Mark C# as \"csharp\" and policies as \"cedar\", with nothing behind it:\n{string.Join('\n', hidden)}");
    }

    [Theory]
    [InlineData("text", "services.AddThings()\n    .With(t => t.Thing());\n")]
    [InlineData("", "internal sealed class Policy;\n")]
    [InlineData("text", "Guard guard = …\nvar result = await guard.InvokeAsync(task, call, dispatch);\n")]
    [InlineData("text", "permit(principal, action, resource) when { context.input.amount < 5 };\n")]
    public void Code_in_a_fence_of_text_is_noticed(string language, string code) =>
        Assert.True(IsCodeAsText(new CodeBlock("docs/hidden.md", 1, language, code)));

    [Theory]
    [InlineData("text", "$ intentauthz eval --policies policies --request large.json\nrequire-approval\n")]
    [InlineData("text", "audit.jsonl:214: Record 212 is not what was written here; see above.\n")]
    [InlineData("text", "")]
    [InlineData("sh", "dotnet run;\n")]
    public void Text_in_a_fence_of_text_is_text(string language, string code) =>
        Assert.False(IsCodeAsText(new CodeBlock("docs/shown.md", 1, language, code)));

    [Fact]
    public void The_compiler_says_file_and_line_of_what_is_wrong()
    {
        CodeBlock block = new("docs/wrong.md", 7, "csharp", "using IntentAuthz;\n\nGuard guard = 1;\n");
        string error = Assert.Single(SnippetCompiler.Compile(block));
        Assert.StartsWith("docs/wrong.md(9,", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_of_members_stands_in_a_class() =>
        Assert.Empty(SnippetCompiler.Compile(new CodeBlock("docs/right.md", 1, "csharp", "[Xunit.Fact]\npublic async Task Works() => await Task.Yield();\n")));

    [Fact]
    public void Fences_are_found_under_lists_and_inside_longer_fences()
    {
        CodeBlock[] blocks = [.. MarkdownFiles.Read("a.md", ["- item", "  ```csharp", "  int a = 1;", "  ```", "````md", "```csharp", "no code", "```", "````"])];
        Assert.Equal(["csharp", "md"], blocks.Select(static b => b.Info));
        Assert.Equal("int a = 1;\n", blocks[0].Code);
        Assert.Equal(3, blocks[0].Line);
    }

    /// <summary>Whether it is marked as text, or as nothing, and is C# or Cedar: as a whole, or in one of its lines.</summary>
    private static bool IsCodeAsText(CodeBlock block) =>
        block.Language is "" or "text" or "txt" or "plain" or "plaintext"
        && (SnippetCompiler.IsCSharp(block.Code)
            || block.Code.Split('\n').Any(static line => line.TrimEnd().EndsWith(';') && SnippetCompiler.IsCSharp(line))
            || (PolicySet.TryParse(block.Code, block.File, out PolicySet? policies, out _) && policies.Policies.Count > 0));

    private static CodeBlock Find(string file, int line) => MarkdownFiles.Blocks.Single(b => b.File == file && b.Line == line);

    private static TheoryData<string, int> Of(string language)
    {
        TheoryData<string, int> data = [];
        foreach (CodeBlock block in MarkdownFiles.Blocks.Where(b => b.Language == language))
        {
            data.Add(block.File, block.Line);
        }

        return data;
    }
}
