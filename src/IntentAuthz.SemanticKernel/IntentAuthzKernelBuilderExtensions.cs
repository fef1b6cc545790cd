using IntentAuthz;
using IntentAuthz.SemanticKernel;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.SemanticKernel;

/// <summary>Adds the guard to kernels while they are built.</summary>
public static class IntentAuthzKernelBuilderExtensions
{
    /// <summary>
    /// Makes the kernel refuse every function call (<see cref="ReasonCodes.MissingTask"/>) until <see cref="IntentAuthzKernelExtensions.ForTask"/>
    /// binds it to a task, and every function that is not wrapped (<see cref="ReasonCodes.UnguardedFunction"/>) from then on.
    /// The builder's services must hold the <see cref="Guard"/>: call <c>builder.Services.AddIntentAuthz(...)</c>, or add the one the host has.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets options.</param>
    public static IKernelBuilder AddIntentAuthz(this IKernelBuilder builder, Action<KernelGuardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        services.AddOptions<KernelGuardOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<KernelGuardOptions>, KernelGuardOptionsValidator>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IFunctionInvocationFilter, FunctionNet>(FunctionNet.Unbound));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAutoFunctionInvocationFilter, FunctionNet>(FunctionNet.Unbound));
        return builder;
    }
}
