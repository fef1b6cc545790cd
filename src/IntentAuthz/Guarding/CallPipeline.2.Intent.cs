using System.Collections.Immutable;
using System.Text.Json;

using IntentAuthz.Cedar;

namespace IntentAuthz;

/// <summary>Step 2: what the call means. The arguments are read once; what follows, the tool included, sees that snapshot only.</summary>
internal sealed partial class CallPipeline
{
    /// <summary>The most resources one call can touch: each needs a verdict of its own.</summary>
    private const int MaxResources = 64;

    private Decision? ReadIntent(CallContext context)
    {
        if (CheckHostArguments(context) is { } refusal)
        {
            return refusal;
        }

        if (_arguments.Read(context.Tool, context.Call, out CallArguments arguments, out JsonElement facts) is { } failure)
        {
            return Decision.Deny(failure.ReasonCode, failure.Message);
        }

        context.Given = arguments;
        if (context.Tool.Apart is { } apart)
        {
            try
            {
                if (apart.When(facts))
                {
                    context.Become(apart.Descriptor);
                    context.Telemetry?.Became(context.Tool);
                }
            }
            catch (Exception e)
            {
                return Decision.Deny(
                    ReasonCodes.DerivedInputFailed,
                    $"Which action a call of '{context.Tool.Name}' is could not be found out from its arguments ({e.GetType().Name}); see the tool's descriptor.");
            }
        }

        try
        {
            context.Resources = MapResources(context.Tool, arguments);
        }
        catch (Exception e)
        {
            return Decision.Deny(
                ReasonCodes.ResourceMappingFailed,
                $"The resource of '{context.Tool.Name}' could not be found from the arguments ({e.GetType().Name}); see the tool's descriptor.");
        }

        foreach (Entity resource in context.Resources)
        {
            if (!context.Tool.ResourceTypes.Contains(resource.Uid.Type))
            {
                // Policies were checked for the types declared only, so of any other nobody knows what they would say.
                return Decision.Deny(
                    ReasonCodes.ResourceMappingFailed,
                    $"The descriptor of '{context.Tool.Name}' maps the arguments to a resource of the type {resource.Uid.Type}; it declares {string.Join(", ", context.Tool.ResourceTypes)}.");
            }
        }

        return context.Resources.Length is 0 or > MaxResources
            ? Decision.Deny(
                ReasonCodes.ResourceMappingFailed,
                $"The descriptor of '{context.Tool.Name}' maps the arguments to {context.Resources.Length} resources; it must be 1 to {MaxResources}.")
            : null;
    }

    private static Decision? CheckHostArguments(CallContext context)
    {
        if (context.Call.HostArguments is { } given)
        {
            foreach (string name in given.Keys)
            {
                if (!context.Tool.Arguments.TryGetValue(name, out ArgumentDescriptor? declared) || !declared.IsHostOnly)
                {
                    return Decision.Deny(
                        ReasonCodes.UnknownArgument, $"The host supplies '{name}', which the descriptor of '{context.Tool.Name}' does not declare host-only.");
                }
            }
        }

        return null;
    }

    private static ImmutableArray<Entity> MapResources(ToolDescriptor tool, CallArguments arguments)
    {
        if (tool.MapResources is { } map)
        {
            return [.. map(arguments.Json).Take(MaxResources + 1).Select(static r => new Entity(r.Uid, r.Attributes, r.Parents))];
        }

        if (tool.ResourceArgument is null)
        {
            return tool.ToolAsResource;
        }

        string id = arguments.Find(tool.ResourceArgument) switch
        {
            CedarString text => text.Value,
            CedarLong number => number.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
            null => throw new InvalidOperationException("The argument that names the resource is missing."),
            _ => throw new InvalidOperationException("The argument that names the resource is neither text nor an integer."),
        };
        return [new Entity(new EntityUid(tool.ResourceTypes[0], id), CedarRecord.Empty, [])];
    }
}
