namespace IntentAuthz.Containment;

/// <summary><c>curl</c> 7.88 to 8.15. A redirect that is followed may lead anywhere; <c>~/.curlrc</c> is read unless <c>-q</c> comes first.</summary>
internal sealed class CurlRule : ProgramRule
{
    private static readonly System.Buffers.SearchValues<char> s_notInProxies = System.Buffers.SearchValues.Create("\\%{}*? \t");

    private static readonly OptionSet Options = ProgramDeclarations.Options("""
        exits -V --version -h --help -M --manual
        flags -0123469aBfgGiIjklNqRsSv:#V --http0.9 --http1.0 --http1.1 --http2 --http2-prior-knowledge --http3 --http3-only --tlsv1 --tlsv1.0 --tlsv1.1 --tlsv1.2 --tlsv1.3 --sslv2 --sslv3
        flags --ipv4 --ipv6 --append --use-ascii --fail --fail-early --fail-with-body --globoff --get --show-headers --include --head --junk-session-cookies --insecure --list-only
        flags read:~/.netrc -n --netrc --netrc-optional
        flags --no-buffer --disable --remote-time --silent --show-error --verbose --progress-bar --no-progress-meter --progress-meter --next --anyauth --basic --digest --negotiate --ntlm --ntlm-wb
        flags --compressed --compressed-ssh --create-dirs --crlf --path-as-is --raw --parallel --parallel-immediate -Z --ssl --ssl-reqd --ssl-no-revoke --ssl-allow-beast --tcp-nodelay --tcp-fastopen --no-keepalive
        flags --no-alpn --no-sessionid --no-clobber --remove-on-error --retry-all-errors --retry-connrefused --trace-time --trace-ids --post301 --post302 --post303 --proxy-insecure --proxytunnel -p
        flags --proxy-basic --proxy-digest --proxy-anyauth --styled-output --no-styled-output --suppress-connect-headers --tr-encoding --xattr --ignore-content-length --doh-insecure --disable-eprt --disable-epsv
        flags --haproxy-protocol --metalink --mptcp --sasl-ir --cert-status --form-escape --ftp-create-dirs --ftp-pasv --ftp-skip-pasv-ip --ftp-ssl-ccc --no-npn --skip-existing
        flags write:. -OJ --remote-name --remote-name-all --remote-header-name
        flags anyhost -L --location --location-trusted
        text -ACemQrtuUwXyYz --user-agent --continue-at --referer --max-time --quote --range --telnet-option --user --proxy-user --write-out --request --speed-time --speed-limit --time-cond
        text --connect-timeout --retry --retry-delay --retry-max-time --max-redirs --max-filesize --limit-rate --rate --local-port --parallel-max --keepalive-time --keepalive-cnt --expect100-timeout
        text --ciphers --tls13-ciphers --curves --tls-max --proto --proto-redir --noproxy --oauth2-bearer --aws-sigv4 --data-raw --form-string --json --url-query --interface --ip-tos --vlan-priority
        text --happy-eyeballs-timeout-ms --cert-type --key-type --pass --pinnedpubkey --variable --service-name --delegation --login-options --mail-auth --mail-from --mail-rcpt
        text --data --data-ascii --data-binary --data-urlencode -dFHb --form --header --cookie --proxy-header --request-target --create-file-mode --ftp-method --tftp-blksize --trace-config --expand-data
        out -oDc --output --dump-header --cookie-jar --trace --trace-ascii --stderr --libcurl --etag-save
        write --output-dir
        read -TE --upload-file --cert --key --cacert --capath --crlfile --netrc-file --etag-compare --proxy-cacert --proxy-cert --proxy-key
        change --hsts --alt-svc
        instructions -K --config
        url --url --doh-url
        text -x --proxy --preproxy
        endpoint --socks4 --socks4a --socks5 --socks5-hostname --proxy1.0
        opaque -P --ftp-port --unix-socket --abstract-unix-socket --resolve --connect-to --dns-servers --dns-interface --engine --random-file --egd-file --krb --proto-default --pubkey
        """);

    public override void Tell(in ProgramCall call, ProgramEffects effects)
    {
        ReadOnlySpan<ShellWord> arguments = call.WithWhatFollows();
        if (arguments is not [{ Text: "-q" or "--disable" }, ..])
        {
            effects.Reads(ProgramEffect.Fixed("~/.curlrc", call.Program.Position));
            effects.Reads(ProgramEffect.Fixed("~/.config/curlrc", call.Program.Position));
        }

        var reader = new ArgumentReader(Options, arguments);
        while (reader.Read())
        {
            if (reader.Kind == ArgumentKind.Operand)
            {
                Url(reader.Word, effects);
                continue;
            }

            if (reader is { Kind: ArgumentKind.Option, HasValue: true, Option.Name: "-x" or "--proxy" or "--preproxy" })
            {
                Proxy(reader.Word, effects);
            }
            else if (reader is { Kind: ArgumentKind.Option, HasValue: true } && reader.Word.Text is { } value)
            {
                TellValue(reader.Option!.Name, value, reader.Word, effects);
            }

            TellsOption(ref reader, call, effects);
        }
    }

    /// <summary>Where no scheme is named, the name of the host decides on the protocol.</summary>
    private static void Url(ShellWord word, ProgramEffects effects)
    {
        bool guessed = word.Text is { } url && !url.Contains("://", StringComparison.Ordinal)
            && (url.StartsWith("ftp.", StringComparison.OrdinalIgnoreCase) || url.StartsWith("dict.", StringComparison.OrdinalIgnoreCase)
                || url.StartsWith("ldap.", StringComparison.OrdinalIgnoreCase) || url.StartsWith("imap.", StringComparison.OrdinalIgnoreCase)
                || url.StartsWith("smtp.", StringComparison.OrdinalIgnoreCase) || url.StartsWith("pop3.", StringComparison.OrdinalIgnoreCase));
        if (word.Text is { } text && text.IndexOf("://", StringComparison.Ordinal) is var scheme && scheme >= 0 && text.AsSpan(0, scheme) is var name
            && !name.Equals("http", StringComparison.OrdinalIgnoreCase) && !name.Equals("https", StringComparison.OrdinalIgnoreCase) && !name.Equals("file", StringComparison.OrdinalIgnoreCase))
        {
            // FTP opens more connections, SCP and SFTP read keys; what others do is not followed.
            effects.Opaque(OpaqueReason.UnknownOption, $"What 'curl' does for '{text[..scheme]}' is not followed.", word);
        }
        else if (guessed)
        {
            effects.Opaque(OpaqueReason.UnknownOption, "The name of the host decides on the protocol.", word);
        }

        else if (word.Text is { } single && single.IndexOf(":/", StringComparison.Ordinal) is var colon && colon > 0 && !single.AsSpan(colon).StartsWith("://") && !single.AsSpan(0, colon).Contains('/'))
        {
            effects.Opaque(OpaqueReason.UnknownOption, "A scheme with one slash is read in more than one way.", word);
        }

        RoleTeller.Url(word, effects, guessed ? null : 80);
    }

    /// <summary>A proxy has a port of its own where none is named, 1080 or that of its scheme.</summary>
    private static void Proxy(ShellWord word, ProgramEffects effects)
    {
        if (word is not { Text: { } text, IsTree: false })
        {
            effects.Connects(word with { Text = null }, null);
            return;
        }

        int scheme = text.IndexOf("://", StringComparison.Ordinal);
        string rest = scheme < 0 ? text : text[(scheme + 3)..];
        int slash = rest.IndexOf('/');
        rest = slash < 0 ? rest : rest[..slash];
        rest = rest[(rest.LastIndexOf('@') + 1)..];
        if (rest.Length == 0 || rest.AsSpan().ContainsAny(s_notInProxies))
        {
            effects.Connects(word with { Text = null }, null);
        }
        else
        {
            RoleTeller.Endpoint(word with { IsPattern = false }, rest, null, effects);
        }
    }

    private static void TellValue(string option, string value, ShellWord word, ProgramEffects effects)
    {
        switch (option)
        {
            case "-E" or "--cert" or "--key" or "--proxy-cert" or "--proxy-key" or "--cacert" when value.StartsWith("pkcs11:", StringComparison.OrdinalIgnoreCase):
                effects.Opaque(OpaqueReason.UnknownOption, "A key in a token is reached by a module that is loaded.", word);
                break;
            case "-E" or "--cert" or "--proxy-cert" when value.Contains(':'):
                // A password follows the name of the file.
                effects.Reads(word with { Text = value[..value.IndexOf(':')] });
                break;
            case "-T" or "--upload-file" when value.AsSpan().ContainsAny("{}[]"):
                effects.Opaque(OpaqueReason.ComputedArgument, "Braces and brackets stand for several files.", word);
                break;
            case "-d" or "--data" or "--data-ascii" or "--data-binary" or "--json" or "-H" or "--header" or "--proxy-header" or "--url" or "-w" or "--write-out" when value.StartsWith('@'):
                RoleTeller.Tell(option == "--url" ? WordRole.Instructions : WordRole.Read, word with { Text = value[1..] }, effects);
                break;
            case "-w" or "--write-out" when value.Contains("%output", StringComparison.Ordinal):
                effects.Opaque(OpaqueReason.UnknownOption, "The format of -w names a file to write.", word);
                break;
            case "--data-urlencode" or "--url-query" when value.IndexOf('@') is var at && at >= 0 && value.IndexOf('=') is var equals && (equals < 0 || equals > at):
                effects.Reads(word with { Text = value[(at + 1)..] });
                break;
            case "-F" or "--form" when value.IndexOf('=') is var equals && equals >= 0 && equals + 1 < value.Length && value[equals + 1] is '@' or '<' or '(' or '"':
                Form(value[(equals + 1)..], word, effects);
                break;
            case "-b" or "--cookie" when !value.Contains('='):
                RoleTeller.Tell(WordRole.Read, word, effects);
                break;
            case "--variable" when value.Contains('@'):
                effects.Reads(word with { Text = value[(value.IndexOf('@') + 1)..] });
                break;
        }
    }

    /// <summary>The files of a form field: <c>@a,b;type=text/plain</c>. Quotes, several files and headers from files are not taken apart.</summary>
    private static void Form(string value, ShellWord word, ProgramEffects effects)
    {
        int end = value.IndexOf(';');
        string file = end < 0 ? value[1..] : value[1..end];
        if (value[0] is '(' or '"' || file.AsSpan().ContainsAny('"', ',') || (end >= 0 && value.AsSpan(end).ContainsAny("@<")))
        {
            effects.Opaque(OpaqueReason.ComputedArgument, "The files of a form field are not taken apart.", word);
        }
        else
        {
            RoleTeller.Tell(WordRole.Read, word with { Text = file }, effects);
        }
    }
}
