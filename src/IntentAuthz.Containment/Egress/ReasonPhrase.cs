using System.Globalization;
using System.Net;

namespace IntentAuthz.Containment;

/// <summary>The words after a status: ours, never the service's.</summary>
internal static class ReasonPhrase
{
    internal static string Of(int status) => Enum.IsDefined((HttpStatusCode)status)
        ? ((HttpStatusCode)status).ToString()
        : status.ToString(CultureInfo.InvariantCulture);
}
