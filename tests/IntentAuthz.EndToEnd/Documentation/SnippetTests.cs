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
                .Where(static b => (b.Language is "csharp" or "cedar" && b.Info != b.Language) || s_otherNamesOfCSharp.Contains(b.Language))
                .Select(static b => $"{b} is marked \"{b.Info}\""),
        ];
        Assert.True(hidden.Length == 0, $"Mark C# as \"csharp\" and policies as \"cedar\", with nothing behind it:\n{string.Join('\n', hidden)}");
    }

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
