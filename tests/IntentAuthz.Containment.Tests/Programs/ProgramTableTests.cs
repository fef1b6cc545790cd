namespace IntentAuthz.Containment.Tests;

public sealed class ProgramTableTests
{
    [Theory]
    [MemberData(nameof(Cases), "Files")]
    [MemberData(nameof(Cases), "Text")]
    [MemberData(nameof(Cases), "Running")]
    [MemberData(nameof(Cases), "Network")]
    [MemberData(nameof(Cases), "Archives")]
    [MemberData(nameof(Cases), "Git")]
    public void Tell_Command_EffectsOfTheTable(string command, string expected) =>
        Assert.True(expected == RecordedEffects.Of(command), $"'{command}'\n  should: {expected}\n  does:   {RecordedEffects.Of(command)}");

    public static TheoryData<string, string> Cases(string table) => ProgramCases.Read(table);

    [Fact]
    public void Names_EveryDescription_CanBeRead()
    {
        var faults = new List<string>();
        foreach (string name in ProgramTable.Names)
        {
            try
            {
                ProgramTable.Find(name);
            }
            catch (FormatException e)
            {
                faults.Add($"{name}: {e.Message}");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void Names_Table_KnowsMoreThan250Programs() => Assert.InRange(ProgramTable.Names.Count(), 250, 2000);
}
