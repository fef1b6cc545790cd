using System.Collections.Immutable;

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace IntentAuthz.EndToEnd.Documentation;

/// <summary>
/// Compiles a block of C# from the documentation against every package, the way a reader would use it: as a program of its own, with the
/// SDK's implicit usings. It may hold top-level statements (which are an async method), types, or both; a block that is only members, such
/// as one test method, is taken to stand in a class. Nothing is added that the reader cannot see, so names must be declared in the block.
/// </summary>
internal static class SnippetCompiler
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions s_parse = new(LanguageVersion.Latest);

    // What this process was started with: the shared frameworks, the packages, and the packages they stand on.
    private static readonly ImmutableArray<MetadataReference> s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>The errors, each with file and line; none when the block compiles.</summary>
    internal static IReadOnlyList<string> Compile(CodeBlock block)
    {
        SyntaxTree snippet = Parse(block);
        bool hasStatements = snippet.GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any();
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Snippet",
            [CSharpSyntaxTree.ParseText(ImplicitUsings, s_parse), snippet],
            s_references,
            new CSharpCompilationOptions(
                hasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                specificDiagnosticOptions: [new("SKEXP0001", ReportDiagnostic.Suppress)])); // Semantic Kernel's own mark of what may change
        return [.. compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error).Select(Describe)];
    }

    /// <summary>Whether a text reads as C#, be it statements, types or members; whether it would compile is another question.</summary>
    internal static bool IsCSharp(string text)
    {
        SyntaxTree tree = Parse(new CodeBlock("", 1, "", text));
        CompilationUnitSyntax root = tree.GetCompilationUnitRoot();
        return !HasErrors(tree) && (root.Members.Count > 0 || root.Usings.Count > 0) && !string.IsNullOrWhiteSpace(text);
    }

    private static SyntaxTree Parse(CodeBlock block)
    {
        string located = $"#line {block.Line} \"{block.File}\"\n{block.Code}";
        SyntaxTree program = CSharpSyntaxTree.ParseText(located, s_parse, block.File);
        if (!HasErrors(program))
        {
            return program;
        }

        SyntaxTree members = CSharpSyntaxTree.ParseText($"internal sealed class Snippet\n{{\n{located}\n}}", s_parse, block.File);
        return HasErrors(members) ? program : members;
    }

    private static bool HasErrors(SyntaxTree tree) => tree.GetDiagnostics().Any(static d => d.Severity == DiagnosticSeverity.Error);

    private static string Describe(Diagnostic diagnostic)
    {
        FileLinePositionSpan at = diagnostic.Location.GetMappedLineSpan();
        return $"{at.Path}({at.StartLinePosition.Line + 1},{at.StartLinePosition.Character + 1}): {diagnostic.Id}: {diagnostic.GetMessage()}";
    }
}
