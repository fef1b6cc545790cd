using System.Collections.Immutable;

namespace IntentAuthz.Containment;

/// <summary>The directories of an ordinary Linux system that programs need in order to run. Nothing in them is secret or writable.</summary>
public static class SystemPaths
{
    /// <summary>Programs and libraries: <c>/usr</c>, and the places that are links into it on most systems.</summary>
    public static ImmutableArray<string> Executes { get; } = ["/bin", "/lib", "/lib32", "/lib64", "/sbin", "/usr"];

    /// <summary>What libraries read when they load: the linker's cache, the alternatives, names of users, public certificates.</summary>
    public static ImmutableArray<string> Reads { get; } =
        ["/etc/alternatives", "/etc/group", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/nsswitch.conf", "/etc/passwd", "/etc/ssl/certs", "/etc/ssl/openssl.cnf"];
}
