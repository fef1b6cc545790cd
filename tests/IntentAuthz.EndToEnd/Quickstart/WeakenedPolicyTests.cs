namespace IntentAuthz.EndToEnd.Quickstart;

/// <summary>The quickstart's claims are no decoration: under weaker policies it fails, and says which claim fell.</summary>
public sealed class WeakenedPolicyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _policies;

    public WeakenedPolicyTests()
    {
        _policies = _directory.Sub("policies");
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Root, "samples", "Quickstart", "policies"), "*.cedar"))
        {
            File.Copy(file, Path.Combine(_policies, Path.GetFileName(file)));
        }
    }

    [Fact]
    public async Task Without_the_forbid_the_injected_payment_goes_through_and_the_quickstart_says_so()
    {
        File.Delete(Path.Combine(_policies, "untrusted-payee.cedar"));
        QuickstartRun run = await RunAsync();
        run.AssertExit(1);
        run.AssertSays("BROKEN The injected payment was refused");
        run.AssertSays("1 payment(s) to NL91ABNA0417164300");
        run.AssertSays("BROKEN Nothing was paid that was not owed");
        run.AssertSays("HELD The same token, replayed after the end, was refused");
        run.AssertSays("2 of 8 claims did not hold.");
    }

    [Fact]
    public async Task Without_the_approval_the_large_payment_does_not_wait_and_the_quickstart_says_so()
    {
        Edit("payments.cedar", "@approval(\"finance\")", "");
        QuickstartRun run = await RunAsync();
        run.AssertExit(1);
        run.AssertSays("BROKEN The large payment waited for a person");
        run.AssertSays("HELD The injected payment was refused");
    }

    [Fact]
    public async Task Where_nobody_may_approve_the_large_payment_is_never_made()
    {
        Edit("people.cedar", "\"finance\",\n    action == IntentAuthz::Action::\"Approve\"", "\"nobody\",\n    action == IntentAuthz::Action::\"Approve\"");
        QuickstartRun run = await RunAsync();
        run.AssertExit(1);
        run.AssertSays("BROKEN The large payment waited for a person");
        run.AssertSays("approved by nobody");
        run.AssertSays("payment API: 1 payment(s), 240.00 EUR");
    }

    public void Dispose() => _directory.Dispose();

    private Task<QuickstartRun> RunAsync() => QuickstartRun.StartAsync(_directory.Sub("working"), ("QUICKSTART_POLICIES", _policies));

    private void Edit(string file, string from, string to)
    {
        string path = Path.Combine(_policies, file);
        string before = File.ReadAllText(path);
        string after = before.Replace(from, to, StringComparison.Ordinal);
        Assert.True(before != after, $"{file} does not hold {from}; the test weakens nothing.");
        File.WriteAllText(path, after);
    }
}
