using IntentAuthz.Cedar;

namespace IntentAuthz.Cli.Corpus;

/// <summary>Whether something is valid in each mode of validation; null where nothing is said of a mode.</summary>
/// <param name="Strict">In strict mode.</param>
/// <param name="Permissive">In permissive mode.</param>
internal readonly record struct ModeVerdict(bool? Strict, bool? Permissive)
{
    public bool? In(ValidationMode mode) => mode == ValidationMode.Strict ? Strict : Permissive;
}
