namespace IntentAuthz;

/// <summary>Where one value was found.</summary>
/// <param name="Source">The best place it stands in.</param>
/// <param name="Link">How it is tied to the request when it does not stand there.</param>
/// <param name="IsContested">Whether it stands in a trusted result, nothing ties it to the request, and a stranger's text speaks of it too: somebody may have wanted it chosen.</param>
internal readonly record struct Finding(ValueSource Source, ValueLink Link, bool IsContested)
{
    internal Finding Worse(Finding other) =>
        new(Source <= other.Source ? Source : other.Source, Source <= other.Source ? Link : other.Link, IsContested || other.IsContested);
}
