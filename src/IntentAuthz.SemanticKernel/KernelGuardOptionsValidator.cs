using Microsoft.Extensions.Options;

namespace IntentAuthz.SemanticKernel;

/// <summary>Checks the options when the kernel, or the host around it, is built.</summary>
internal sealed class KernelGuardOptionsValidator : IValidateOptions<KernelGuardOptions>
{
    private const int MostItems = 10_000_000;

    public ValidateOptionsResult Validate(string? name, KernelGuardOptions options) =>
        options.MaxStreamedItems is >= 1 and <= MostItems
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"KernelGuardOptions.MaxStreamedItems is {options.MaxStreamedItems}; set it between 1 and {MostItems}.");
}
