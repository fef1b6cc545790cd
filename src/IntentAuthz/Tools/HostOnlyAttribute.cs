namespace IntentAuthz;

/// <summary>Declares that a tool method's parameter is supplied by the host and never by the model.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class HostOnlyAttribute : Attribute;
