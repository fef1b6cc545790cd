using System.Collections.Immutable;

using IntentAuthz.Tests.Guarding;

namespace IntentAuthz.Tests.Containment;

/// <summary>A call that must run contained: what its containment grants, who makes it, and when it ends.</summary>
public sealed class ContainedCallTests
{
    private const string Permit = """permit(principal, action == Action::"run", resource);""";

    private static readonly ContainmentProfile s_build = new(
        "build", new ContainmentBounds { Reads = ["/usr"], Writes = ["/srv/work/{task}"], Executes = ["/usr/bin"], Hosts = [new EgressGrant("*.example.com")] })
    {
        Workspace = "/srv/work/{task}/src",
    };

    [Fact]
    public async Task InvokeAsync_ContainedTool_GetsTheProfileWithTheTasksIdInPlaceAndItEndsWithTheCall()
    {
        Provider provider = new();
        await using GuardFixture fixture = Fixture(provider);
        AgentTask task = await fixture.OpenAsync();
        Contained? during = null;

        GuardResult result = await fixture.Guard.InvokeAsync(
            task,
            new ToolCall("run", "{}"),
            (invocation, _) =>
            {
                during = (Contained?)invocation.Containment;
                Assert.False(during!.HasEnded);
                return new ValueTask<ToolResult>(ToolResult.FromText("ran"));
            },
            CancellationToken.None);

        Assert.True(result.IsCompleted, result.ToString());
        Assert.Equal([$"/srv/work/{task.Id}"], during!.Bounds.Writes!.Value.AsEnumerable());
        Assert.Equal($"/srv/work/{task.Id}/src", during.Request.Workspace);
        Assert.Equal((task, result.Call, fixture.Guard), (during.Request.Task, during.Request.Call, during.Request.Guard));
        Assert.True(during.HasEnded, "the containment outlived its call");
    }

    [Fact]
    public async Task InvokeAsync_MandatesOfTheTaskAndTheOneAbove_BothNarrow()
    {
        Provider provider = new();
        await using GuardFixture fixture = Fixture(provider, s_plain);
        Mandate any = Mandate.WhateverPoliciesPermit("a test");
        AgentTask root = await fixture.OpenAsync(any.WithContainment(new ContainmentBounds { Writes = ["/srv/work/{root}"], Hosts = [new EgressGrant("a.example.com")] }));
        AgentTask sub = (await fixture.Guard.Tasks.OpenSubTaskAsync(
            root, new TaskRequest(fixture.Agent, "part", any.WithContainment(new ContainmentBounds { Writes = ["/srv/work/{root}/{task}"] }), TimeSpan.FromMinutes(1)))).GetTaskOrThrow();

        await fixture.CallAsync(sub, "run");

        ContainmentBounds bounds = Assert.Single(provider.Prepared).Bounds;
        Assert.Equal([$"/srv/work/{root.Id}/{sub.Id}"], bounds.Writes!.Value.AsEnumerable());
        Assert.Equal(["a.example.com"], bounds.Hosts!.Value.Select(static h => h.Host));
        Assert.Equal(["/srv/work", "/usr"], bounds.Reads!.Value.AsEnumerable()); // the profile lets all it writes be read, and no mandate narrows reading
    }

    [Fact]
    public async Task InvokeAsync_MandateLeavesNoRoomForTheWorkspace_DeniesAndAsksNoProvider()
    {
        Provider provider = new();
        await using GuardFixture fixture = Fixture(provider);
        AgentTask task = await fixture.OpenAsync(Mandate.WhateverPoliciesPermit("a test").WithContainment(new ContainmentBounds { Writes = ["/elsewhere"] }));

        GuardResult result = await fixture.CallAsync(task, "run");

        Assert.Equal(ReasonCodes.ContainmentUnavailable, result.Decision.ReasonCode);
        Assert.Contains("workspace", result.Decision.Explanation, StringComparison.Ordinal);
        Assert.Empty(provider.Prepared);
    }

    [Fact]
    public async Task InvokeAsync_PolicyAsksForAProfileMore_TheIntersectionHolds()
    {
        Provider provider = new();
        await using GuardFixture fixture = Fixture(
            provider, s_build, """@contain("quiet") permit(principal, action == Action::"run", resource);""",
            b => b.AddContainmentProfile(new ContainmentProfile("quiet", new ContainmentBounds { Reads = ["/usr/lib"], Writes = ["/srv/work"], Executes = ["/usr"] })));
        AgentTask task = await fixture.OpenAsync();

        GuardResult result = await fixture.CallAsync(task, "run");

        Assert.True(result.IsCompleted, result.ToString());
        ContainmentRequest request = Assert.Single(provider.Prepared).Request;
        Assert.Equal(["build", "quiet"], request.Profiles.AsEnumerable());
        Assert.Empty(request.Bounds.Hosts!.Value.AsEnumerable());
        Assert.Equal(["/usr/bin"], request.Bounds.Executes!.Value.AsEnumerable());
    }

    [Fact]
    public async Task InvokeAsync_ProviderLacksALayer_DeniesWithItsWordsAndToolNeverRuns()
    {
        await using GuardFixture fixture = Fixture(new Provider { Answer = static _ => ContainmentResult.Unavailable("Landlock is not there; use a kernel from 5.13 on.") });
        AgentTask task = await fixture.OpenAsync();

        GuardResult result = await fixture.CallAsync(task, "run");

        Assert.Equal(ReasonCodes.ContainmentUnavailable, result.Decision.ReasonCode);
        Assert.Contains("Landlock", result.Decision.Explanation, StringComparison.Ordinal);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task InvokeAsync_ProviderThrows_DeniesWithoutItsWords()
    {
        await using GuardFixture fixture = Fixture(new Provider { Answer = static _ => throw new InvalidOperationException("inside information") });
        AgentTask task = await fixture.OpenAsync();

        GuardResult result = await fixture.CallAsync(task, "run");

        Assert.Equal(ReasonCodes.ContainmentUnavailable, result.Decision.ReasonCode);
        Assert.DoesNotContain("inside information", result.Decision.Explanation, StringComparison.Ordinal);
        Assert.Empty(fixture.Ran);
    }

    [Fact]
    public async Task InvokeAsync_ProviderAnswersTooLate_DeniesAndEndsWhatComesLater()
    {
        TaskCompletionSource<ContainmentResult> late = new();
        Provider provider = new() { Later = late.Task };
        await using GuardFixture fixture = Fixture(provider);
        AgentTask task = await fixture.OpenAsync();

        Task<GuardResult> calling = fixture.CallAsync(task, "run");
        await provider.Asked.Task;
        while (!calling.IsCompleted)
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(20));
            await Task.Delay(1);
        }

        Assert.Equal(ReasonCodes.ContainmentUnavailable, (await calling).Decision.ReasonCode);
        Contained containment = new(provider.Last!);
        late.SetResult(ContainmentResult.Ready(containment));
        await containment.Ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task InvokeAsync_CredentialIsRefusedAfterContainmentWasReady_TheContainmentEndsToo()
    {
        Provider provider = new();
        await using GuardFixture fixture = Fixture(provider, s_build, """@credential("none") permit(principal, action == Action::"run", resource);""");
        AgentTask task = await fixture.OpenAsync();

        GuardResult result = await fixture.CallAsync(task, "run");

        Assert.False(result.Decision.IsPermitted);
        Assert.True(Assert.Single(provider.Prepared).HasEnded, "what was made ready for a denied call was left behind");
    }

    [Fact]
    public async Task AddIntentAuthz_ToolNeedsAProfileNobodyDeclares_FailsAtStartAndNamesTheNearest()
    {
        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => new GuardFixture(
            Permit, b => b.AddTool(ToolDescriptor.For("run").NeedsContainment("buld")).AddContainmentProfile(s_build)));

        Assert.Contains("did you mean 'build'?", e.Message, StringComparison.Ordinal);
        await Task.CompletedTask;
    }

    private static readonly ContainmentProfile s_plain = new("build", s_build.Bounds with { Writes = ["/srv/work"] });

    private static GuardFixture Fixture(Provider provider, ContainmentProfile? profile = null, string policies = Permit, Action<IntentAuthzBuilder>? more = null) => new(policies, b =>
    {
        b.AddTool(ToolDescriptor.For("run").NeedsContainment("build").Idempotent()).AddContainmentProfile(profile ?? s_build).UseContainment(provider);
        more?.Invoke(b);
    });

    private sealed class Provider : IContainmentProvider
    {
        internal List<Contained> Prepared { get; } = [];

        internal ContainmentRequest? Last { get; private set; }

        internal TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Func<ContainmentRequest, ContainmentResult>? Answer { get; init; }

        internal Task<ContainmentResult>? Later { get; init; }

        public async ValueTask<ContainmentResult> PrepareAsync(ContainmentRequest request, CancellationToken cancellationToken)
        {
            Last = request;
            Asked.TrySetResult();
            if (Later is not null)
            {
                return await Later;
            }

            if (Answer is not null)
            {
                return Answer(request);
            }

            Contained made = new(request);
            Prepared.Add(made);
            return ContainmentResult.Ready(made);
        }
    }

    private sealed class Contained(ContainmentRequest request) : CallContainment
    {
        internal ContainmentRequest Request { get; } = request;

        internal TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal bool HasEnded => Ended.Task.IsCompleted;

        public override ContainmentBounds Bounds => Request.Bounds;

        public override ValueTask DisposeAsync()
        {
            Ended.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
