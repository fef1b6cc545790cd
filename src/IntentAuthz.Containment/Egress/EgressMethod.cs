namespace IntentAuthz.Containment;

/// <summary>Which methods are forwarded.</summary>
internal static class EgressMethod
{
    /// <summary>
    /// Not those that answer with what was sent, credentials included, nor a tunnel, which is an action of its own. Methods differ by case (RFC 9110,
    /// section 9.1), and the platform's client writes known ones in upper case: so that what is sent is what was decided, no other case goes.
    /// </summary>
    internal static bool IsForwarded(string method) =>
        method is not ("TRACE" or "TRACK" or "DEBUG" or EgressRequest.TunnelMethod) && !method.AsSpan().ContainsAnyInRange('a', 'z');
}
