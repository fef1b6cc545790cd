using System.Text;

namespace IntentAuthz.EndToEnd.Documentation;

/// <summary>Finds what the project tells its readers to write: the fenced blocks of the README files and of everything under docs.</summary>
internal static class MarkdownFiles
{
    private static readonly string[] s_directories = ["docs", "samples", "src"];

    internal static IReadOnlyList<CodeBlock> Blocks { get; } = [.. Files().SelectMany(static f => Read(f, File.ReadAllLines(Path.Combine(Repository.Root, f))))];

    internal static IEnumerable<CodeBlock> Read(string file, string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            string opening = lines[i].TrimStart();
            if (!opening.StartsWith("```", StringComparison.Ordinal))
            {
                continue;
            }

            int indent = lines[i].Length - opening.Length;
            string fence = opening[..(opening.Length - opening.TrimStart('`').Length)];
            int first = i + 1;
            StringBuilder code = new();
            for (i++; i < lines.Length && lines[i].Trim() != fence; i++)
            {
                code.Append(lines[i].AsSpan(Math.Min(indent, lines[i].Length - lines[i].TrimStart().Length))).Append('\n');
            }

            yield return new CodeBlock(file, first + 1, opening[fence.Length..].Trim(), code.ToString());
        }
    }

    private static IEnumerable<string> Files()
    {
        IEnumerable<string> top = Directory.GetFiles(Repository.Root, "*.md");
        IEnumerable<string> below = s_directories
            .Select(static d => Path.Combine(Repository.Root, d))
            .Where(Directory.Exists)
            .SelectMany(static d => Directory.GetFiles(d, "*.md", SearchOption.AllDirectories));
        return top.Concat(below)
            .Select(static f => Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'))
            .Where(static f => !f.Split('/').Any(static part => part is "bin" or "obj" or "node_modules"))
            .Order(StringComparer.Ordinal);
    }
}
