namespace IntentAuthz.Containment;

/// <summary>Adds the way out to a host.</summary>
public static class EgressBuilderExtensions
{
    /// <summary>Describes the tools as which requests from within containments are decided; see <see cref="EgressTools"/>.</summary>
    /// <param name="builder">The builder.</param>
    public static IntentAuthzBuilder AddEgressTools(this IntentAuthzBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.AddSchema(EgressTools.Schema);
        foreach (ToolDescriptor tool in EgressTools.Descriptors)
        {
            builder.AddTool(tool);
        }

        return builder;
    }
}
