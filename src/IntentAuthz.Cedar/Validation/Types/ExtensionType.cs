namespace IntentAuthz.Cedar.Validation.Types;

/// <summary>An extension type.</summary>
internal sealed class ExtensionType : CedarType
{
    public static readonly ExtensionType Datetime = new("datetime", "datetime", hasOrder: true);
    public static readonly ExtensionType Decimal = new("decimal", "decimal", hasOrder: false);
    public static readonly ExtensionType Duration = new("duration", "duration", hasOrder: true);
    public static readonly ExtensionType IpAddress = new("ipaddr", "ip", hasOrder: false);

    private ExtensionType(string name, string constructor, bool hasOrder)
        : base(1, 1)
    {
        Name = name;
        Constructor = constructor;
        HasOrder = hasOrder;
    }

    public string Name { get; }

    /// <summary>The function that makes a value from a string.</summary>
    public string Constructor { get; }

    /// <summary>Whether <c>&lt;</c> and the like compare values of the type.</summary>
    public bool HasOrder { get; }

    public static ExtensionType? Find(string name) => name switch
    {
        "datetime" => Datetime,
        "decimal" => Decimal,
        "duration" => Duration,
        "ipaddr" => IpAddress,
        _ => null,
    };
}
