using System.Reflection;

namespace IntentAuthz.Containment.Tests;

/// <summary>Reads tables of cases: a command, <c>=&gt;</c>, and what it does.</summary>
public static class ProgramCases
{
    public static TheoryData<string, string> Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Programs.{name}.txt")
            ?? throw new InvalidOperationException($"There is no table 'Programs/{name}.txt'.");
        using var reader = new StreamReader(stream);
        var cases = new TheoryData<string, string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            int arrow = line.IndexOf("=>", StringComparison.Ordinal);
            string[] effects = line[(arrow + 2)..].Split("; ", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            cases.Add(line[..arrow].Trim(), string.Join("; ", effects.Order(StringComparer.Ordinal)));
        }

        return cases;
    }
}
