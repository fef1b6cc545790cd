namespace IntentAuthz.Containment;

/// <summary>What one command of a text does can change what a later one means. Where that may be so, the text is opaque.</summary>
internal sealed partial class EffectRecorder
{
    public override void Links(ShellWord path) => Add(_links, path, "A link that is made");

    private void CheckLinks(string path)
    {
        foreach (var link in _links.Names)
        {
            // Making the link once more is no way through it.
            if (PathNames.MayLieIn(path, link) && !(path == link && _program is "ln" or "link"))
            {
                Opaque(OpaqueReason.ComputedArgument, $"'{path}' leads through '{link}', which is a link that the text makes.", default);
                return;
            }
        }
    }

    /// <summary>
    /// Settings of a program are part of where it runs, and known as such (docs/decisions/0146) unless this very text changes them.
    /// </summary>
    private void CheckSettings()
    {
        foreach (var setting in _settings)
        {
            foreach (var changed in _changed.Names)
            {
                if (PathNames.MayMeet(setting, changed))
                {
                    Opaque(OpaqueReason.ComputedArgument, $"'{changed}' is written, and a program reads its settings from '{setting}'.", default);
                    return;
                }
            }
        }
    }

    /// <summary>What a name or a library means is known only as long as the text does not put another file in its place.</summary>
    private void CheckSystem()
    {
        var started = 0;
        foreach (var program in _programs)
        {
            started += program.IsBuiltin || program.Name is "sudo" or "doas" or "env" ? 0 : 1;
        }

        // What a single program writes it does not run.
        if (started < 2)
        {
            return;
        }

        foreach (var changed in _changed.Names)
        {
            if (changed[0] != '/')
            {
                continue;
            }

            foreach (var place in s_system)
            {
                if (PathNames.MayMeet(place, changed))
                {
                    Opaque(OpaqueReason.UnsupportedConstruct, $"'{changed}' is written, where programs and their libraries lie: another may run than is named.", default);
                    return;
                }
            }
        }
    }

    private static readonly string[] s_system =
        ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.preload", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.cache"];
}
