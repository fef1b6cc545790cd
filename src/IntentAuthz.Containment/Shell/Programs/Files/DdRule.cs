namespace IntentAuthz.Containment;

/// <summary><c>dd</c>: operands of the form <c>name=value</c>.</summary>
internal sealed class DdRule : ProgramRule
{
    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        foreach (ShellWord word in call.WithWhatFollows())
        {
            string? text = word.Text ?? (word.IsMany ? null : word.Prefix);
            int equals = text?.IndexOf('=') ?? -1;
            string? value = word.Text is null || equals < 0 ? null : text![(equals + 1)..];
            switch (equals < 0 ? text : text![..equals])
            {
                case "if":
                    effects.Reads(word with { Text = value });
                    break;
                case "of":
                    effects.Writes(word with { Text = value });
                    break;
                case "bs" or "cbs" or "conv" or "count" or "ibs" or "obs" or "iflag" or "oflag" or "seek" or "skip" or "iseek" or "oseek" or "status" or "--help" or "--version":
                    break;
                default:
                    effects.Opaque(word.Text is null ? OpaqueReason.ComputedArgument : OpaqueReason.UnknownOption, $"'{text}' is not known to be harmless in 'dd'.", word);
                    break;
            }
        }
    }
}
