using System.Globalization;

namespace IntentAuthz.Containment;

/// <summary><c>nc</c> of OpenBSD, of Debian's traditional package and of nmap: they share letters with different meanings, so few are known.</summary>
internal sealed class NetcatRule : ProgramRule
{
    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        flags -46dhnNrStuvzlk --listen --keep-open --udp --verbose --zero --ssl
        text -iIOqwpsT --wait --idle-timeout --source-port --source
        shell -c --sh-exec
        run -e --exec --lua-exec
        flags opaque -UC
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        var operands = new List<ShellWord>();
        bool listens = false;
        ShellWord? localPort = null;
        var reader = new ArgumentReader(Options, call.WithWhatFollows());
        while (reader.Read())
        {
            if (!TellsOption(ref reader, call, effects))
            {
                operands.Add(reader.Word);
                continue;
            }

            listens |= reader.Option?.Name is "-l" or "--listen";
            localPort = reader is { HasValue: true, Option.Name: "-p" or "--source-port" } ? reader.Word : localPort;
        }

        if (listens)
        {
            ShellWord port = localPort ?? (operands.Count > 0 ? operands[^1] : new ShellWord(null, call.Program.Position));
            effects.Listens(operands.Count > 1 ? operands[0] : "0.0.0.0", Port(port));
        }
        else if (operands.Count > 0)
        {
            effects.Connects(operands[0], operands.Count == 2 ? Port(operands[1]) : null);
        }
    }

    private static int? Port(ShellWord word) =>
        int.TryParse(word.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= 65535 ? port : null;
}
