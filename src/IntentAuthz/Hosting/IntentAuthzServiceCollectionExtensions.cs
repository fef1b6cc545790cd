using IntentAuthz;

using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the library to a host's services.</summary>
public static class IntentAuthzServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="Guard"/> and what it stands on, as singletons. Everything is checked when the host starts: a policy that does not
    /// parse, an option out of range or a missing audit sink keeps it from starting, with a message that names the fix. Without a host, the
    /// same happens when <see cref="Guard"/> is first resolved.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="add">Adds policies, tools, credentials and the audit's sink.</param>
    /// <param name="configure">Sets options.</param>
    public static IntentAuthzBuilder AddIntentAuthz(
        this IServiceCollection services, Action<IntentAuthzBuilder>? add = null, Action<IntentAuthzOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<IntentAuthzOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<IntentAuthzOptions>, IntentAuthzOptionsValidator>());
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<GuardHost>();
        services.TryAddSingleton(static provider => provider.GetRequiredService<GuardHost>().Guard);
        services.TryAddSingleton(static provider => provider.GetRequiredService<GuardHost>().PolicyAdministration);
        services.TryAddSingleton<RevocationHealthCheck>();
        services.TryAddSingleton<AuditHealthCheck>();
        services.TryAddSingleton<PolicyHealthCheck>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, GuardStartup>());
        IntentAuthzBuilder builder = new(services);
        add?.Invoke(builder);
        return builder;
    }
}
