namespace IntentAuthz.Containment;

/// <summary><c>$(…)</c> or <c>`…`</c>.</summary>
internal sealed class SubstitutionPart(CommandList body, int position) : WordPart
{
    public CommandList Body { get; } = body;

    public int Position { get; } = position;
}
