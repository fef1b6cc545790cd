namespace IntentAuthz.Containment;

/// <summary>Carries a refusal out of the platform's HTTP code.</summary>
internal sealed class EgressRefusedException(EgressRefusal refusal) : IOException($"The request was refused ({refusal.Code}).")
{
    internal EgressRefusal Refusal => refusal;

    internal static EgressRefusal? In(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is EgressRefusedException refused)
            {
                return refused.Refusal;
            }
        }

        return null;
    }
}
