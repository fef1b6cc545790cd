using System.Diagnostics.CodeAnalysis;

using Microsoft.SemanticKernel;

namespace IntentAuthz.SemanticKernel;

/// <summary>
/// A plugin whose functions are all guarded. It lists those that could be permitted now, which is what a model is told of, and finds all of
/// them by name, so that a call of the others is denied and recorded like any call.
/// </summary>
internal sealed class GuardedPlugin : KernelPlugin
{
    private readonly TaskBinding _binding;
    private readonly Dictionary<string, (KernelFunction Function, string Tool)> _functions = new(StringComparer.OrdinalIgnoreCase); // as Semantic Kernel finds them

    internal GuardedPlugin(KernelPlugin original, TaskBinding binding)
        : base(original.Name, original.Description)
    {
        _binding = binding;
        foreach (KernelFunction function in original)
        {
            KernelFunction guarded = GuardedFunction.Wrap(binding, function, original.Name);
            if (!_functions.TryAdd(guarded.Name, (guarded, FunctionNames.ToolOf(function))))
            {
                throw new InvalidOperationException(
                    $"The plugin '{original.Name}' has two functions that a model would know as '{guarded.Name}'; rename one of them.");
            }
        }
    }

    public override int FunctionCount => _functions.Values.Count(f => _binding.IsAdvertised(f.Tool));

    public override bool TryGetFunction(string name, [NotNullWhen(true)] out KernelFunction? function)
    {
        ArgumentNullException.ThrowIfNull(name);
        bool found = _functions.TryGetValue(name, out (KernelFunction Function, string Tool) entry);
        function = entry.Function;
        return found;
    }

    public override IEnumerator<KernelFunction> GetEnumerator()
    {
        foreach ((KernelFunction function, string tool) in _functions.Values)
        {
            if (_binding.IsAdvertised(tool))
            {
                yield return function;
            }
        }
    }
}
