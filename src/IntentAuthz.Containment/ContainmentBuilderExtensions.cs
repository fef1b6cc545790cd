using Microsoft.Extensions.DependencyInjection;

namespace IntentAuthz.Containment;

/// <summary>Adds containment by the operating system, and the tools that run in it, to a host.</summary>
public static class ContainmentBuilderExtensions
{
    /// <summary>Contains calls by the operating system; see <see cref="OsContainment"/>. The tools of <see cref="EgressTools"/> are described too.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">How; null for the defaults.</param>
    public static IntentAuthzBuilder UseOsContainment(this IntentAuthzBuilder builder, OsContainmentOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<IContainmentProvider>(_ => new OsContainment(options)); // made by the services, which so dispose of it with themselves
        return builder.AddEgressTools();
    }

    /// <summary>
    /// Describes the ready tools <c>shell</c>, <c>read_file</c>, <c>write_file</c> and <c>http_get</c>, which all run in one containment profile.
    /// The functions themselves come from <see cref="CodeTools.Create"/>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="options">The profile, the names, the bounds.</param>
    public static IntentAuthzBuilder AddCodeTools(this IntentAuthzBuilder builder, CodeToolOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        foreach (ToolDescriptor tool in CodeTools.Describe(options))
        {
            builder.AddTool(tool);
        }

        return builder;
    }
}
