using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel.Tests;

/// <summary>Mistakes in setting up are found when the kernel is built or bound, and the messages name the fix.</summary>
public sealed class SetupTests
{
    [Fact]
    public void AddIntentAuthz_WithoutAGuard_NamesTheFix()
    {
        IKernelBuilder builder = Kernel.CreateBuilder();
        builder.AddIntentAuthz();

        InvalidOperationException mistake = Assert.Throws<InvalidOperationException>(() => builder.Build());

        Assert.Contains("builder.Services.AddIntentAuthz", mistake.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10_000_001)]
    public void Options_OutOfRange_NameTheSetting(int items)
    {
        OptionsValidationException mistake = Assert.Throws<OptionsValidationException>(() => new KernelFixture(configure: o => o.MaxStreamedItems = items));

        Assert.Contains("MaxStreamedItems", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddIntentAuthz_Twice_AddsOneNet()
    {
        await using KernelFixture fixture = new(services: static s => s.AddKernel().AddIntentAuthz());

        Assert.Single(fixture.Kernel.FunctionInvocationFilters);
        Assert.Single(fixture.Kernel.AutoFunctionInvocationFilters);
    }

    [Fact]
    public async Task ForTask_LeavesTheOriginalKernelAsItWas()
    {
        await using KernelFixture fixture = new();

        await fixture.BindAsync();

        Assert.Same(fixture.Plugin, Assert.Single(fixture.Kernel.Plugins));
        Assert.Throws<InvalidOperationException>(() => fixture.Kernel.GetGuardedFunctions());
    }

    [Fact]
    public async Task GuardFunction_OnAKernelOfNoTask_NamesTheFix()
    {
        await using KernelFixture fixture = new();

        InvalidOperationException mistake = Assert.Throws<InvalidOperationException>(() => fixture.Kernel.GuardFunction(fixture.Plugin["Balance"]));

        Assert.Contains("ForTask", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GuardFunction_OfAFunctionThatIsGuarded_IsTheSame()
    {
        await using KernelFixture fixture = new();
        Kernel kernel = await fixture.BindAsync();
        KernelFunction balance = Routes.Find(kernel, "Balance");

        Assert.Same(balance, kernel.GuardFunction(balance));
    }

    [Fact]
    public async Task TwoFunctionsThatAModelWouldKnowByOneName_NamesTheFix()
    {
        await using KernelFixture fixture = new();
        fixture.Kernel.Plugins.AddFromFunctions("Mcp", [Imported("read-file"), Imported("read_file")]);

        InvalidOperationException mistake = await Assert.ThrowsAsync<InvalidOperationException>(fixture.BindAsync);

        Assert.Contains("read_file", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Descriptor_TakesNameSchemaAndDefaultsFromTheFunction()
    {
        KernelPlugin plugin = KernelPluginFactory.CreateFromObject(new Bank(), "Bank");

        ToolDescriptor search = KernelToolDescriptor.For(plugin["Search"]).Build();
        ToolDescriptor report = KernelToolDescriptor.For(plugin["Report"]).Build();

        Assert.Equal("Bank.Search", search.Name);
        Assert.Equal("""["text"]""", search.InputSchema?.GetProperty("required").GetRawText());
        Assert.Equal("20", search.Arguments["limit"].Default?.GetRawText());
        Assert.Equal("true", search.Arguments["exact"].Default?.GetRawText());
        Assert.Equal(["period"], report.InputSchema?.GetProperty("properties").EnumerateObject().Select(static p => p.Name));
    }

    [Fact]
    public void Descriptor_OfAFunctionInNoPlugin_HasTheFunctionsName() =>
        Assert.Equal("Run", KernelToolDescriptor.For(KernelFunctionFactory.CreateFromMethod(static () => 1, "Run")).Build().Name);

    private static KernelFunction Imported(string name) =>
        Microsoft.Extensions.AI.AIFunctionFactory.Create(static () => 1, name).AsKernelFunction();
}
