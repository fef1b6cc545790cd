namespace IntentAuthz.Containment;

/// <summary>Programs that speak with others, and those that change or show the network.</summary>
internal static class NetworkPrograms
{
    public const string Declarations = """
        # GNU wget 1.21: redirects are followed to any host
        program wget
          always anyhost write:. read:~/.wgetrc write:~/.wget-hsts
          exits --version -V --help -h
          flags -bdqvcNS46xEHkKmpLrn --background --debug --quiet --verbose --no-verbose --force-html --continue --timestamping --no-if-modified-since --no-use-server-timestamps --server-response --spider
          flags --no-proxy --no-dns-cache --inet4-only --inet6-only --no-directories --force-directories --no-host-directories --protocol-directories --no-cache --adjust-extension --no-cookies --keep-session-cookies
          flags --ignore-length --save-headers --content-disposition --content-on-error --trust-server-names --auth-no-challenge --https-only --no-check-certificate --recursive --delete-after --convert-links --convert-file-only
          flags --backup-converted --mirror --page-requisites --span-hosts --relative --no-parent --no-clobber --show-progress --random-wait --no-hsts --no-iri --unlink --no-netrc --no-config --retry-connrefused --ask-password
          text -tTwQURlADIX --tries --timeout --wait --waitretry --quota --user-agent --referer --header --http-user --http-password --user --password --post-data --body-data --method --level --accept --reject --domains
          text --exclude-domains --include-directories --exclude-directories --accept-regex --reject-regex --regex-type --limit-rate --dns-timeout --connect-timeout --read-timeout --bind-address --prefer-family --restrict-file-names --progress --cut-dirs --max-redirect --start-pos --secure-protocol --compression --local-encoding --remote-encoding --default-page
          opaque -e --execute
          instructions -iB --input-file --config --base
          run --use-askpass
          read --post-file --body-file --load-cookies --certificate --private-key --ca-certificate --ca-directory --crl-file
          write -P --directory-prefix --save-cookies --warc-file --rejected-log --hsts-file
          out -Oao --output-document --output-file --append-output
          operands url*
        # iputils, bind-utils, traceroute
        program ping ping4 ping6 arping
          flags -46aAbBdDfhLnOqrRUvV3
          text -ciImMNpPQsStwWl
          operands host*
        program traceroute traceroute6 tracepath tracepath6 mtr
          flags -46dFIrnTUelAbVv --icmp --tcp --report --no-dns
          text -fgimNtwqszpMOc --first --gateway --interface --max-hops --port --queries --source
          operands host text*
        program nslookup host
          flags -aCdlnrsTvVw4612
          text -ctNRWm
          single
          operands host host?
        program dig delv kdig drill
          foreign
          operands host*
        program whois
          flags -aBbcdGHIKlLMmNrRxv
          text -gistTV --port -p
          host -h --host
          # It is sent on to other servers.
          always anyhost
          operands text*
        program resolvectl systemd-resolve getent-hosts
          foreign
          operands host*
        program telnet
          flags -468acdEfFKLrx
          text -bekXln
          operands host text
        program ftp tftp lftp ncftp ftpput ftpget
          foreign
          operands endpoint*
        program ssh slogin autossh mosh sshpass
          exits -V
          foreign
          flags -46AaCfGgKkMNnqsTtVvXxYy
          text -BbcDeFIJLlmOoPpQRSWw
          read -i
          write -E
          operands destination text*
        program sftp
          foreign
          operands destination*
        program ssh-keygen
          foreign
          write -f
          operands text*
        program ssh-add ssh-agent ssh-copy-id sshd ssh-keyscan ssh-keysign
          always privilege:uses_or_changes_keys
          foreign
          operands text*
        program socat websocat chisel ngrok cloudflared frpc tailscale openvpn wg wg-quick tor torsocks proxychains proxychains4
          exits -V --version
          foreign
          operands text*
        program nmap masscan hping3 tcpdump tshark wireshark dumpcap ngrep
          exits --version -V -h --help
          foreign
          always privilege:probes_or_hears_the_network
          operands text*
        program ip
          foreign
          always privilege:may_change_the_network
          sub addr address a link route r neigh neighbour
            foreign
            always privilege:may_change_the_network
        program ifconfig route iptables ip6tables iptables-save iptables-restore nft ufw firewall-cmd ethtool tc brctl nmcli iwconfig iw dhclient dhcpcd arp ebtables ipset bridge
          always privilege:may_change_the_network
          foreign
          operands text*
        program netstat ss
          closed
          always read:/proc
          flags -aAnltuxpesrioOmwZzNfbgMdHQBK46TEvVhWIc0 --all --numeric --listening --tcp --udp --unix --processes --extended --summary --route --interfaces --program --programs --help --version --no-header --options --memory --wide
          operands text*
        program ab hey wrk siege httperf k6 vegeta locust
          foreign
          operands url*
        program http https httpie xh xhs
          exits --version --help
          foreign
          operands text url*
        program grpcurl websocat-cli wscat mosquitto_pub mosquitto_sub kcat kafkacat swaks sendmail mail mailx mutt msmtp
          foreign
          operands text*
        program aria2c axel youtube-dl yt-dlp lynx w3m links elinks
          exits --version -V --help
          foreign
          operands url*
        program gh glab hub az gcloud gsutil aws doctl heroku flyctl fly vercel netlify firebase wrangler s3cmd eksctl oc
          exits --version
          foreign
          operands text*
        program kubectl helm kustomize k9s minikube kind k3s stern argocd flux istioctl skaffold tilt
          foreign
          operands text*
        # Providers and what else a configuration names are code of the project; a plan changes nothing elsewhere.
        program terraform tofu
          single
          foreign
          operands text*
          sub plan validate
            single
            closed
            foreign .
            flags -no-color -compact-warnings -json -detailed-exitcode -destroy -refresh-only
            text -input -lock -lock-timeout -parallelism -refresh -target -var
            read -var-file -state
            write -out
        program terragrunt pulumi packer vagrant ansible ansible-playbook ansible-galaxy ansible-vault puppet chef salt consul vault nomad
          foreign
          operands text*
        program gpg gpg2 gpgv gpgsm gpgconf gpg-agent age sops pass
          exits --version
          foreign
          operands path*
        program openssl
          exits version
          foreign
          operands text*
          sub rand
            single
            flags -hex -base64
            write -out
            operands text?
          sub dgst sha1 sha224 sha256 sha384 sha512 md5
            single
            flags -hex -binary -r -c -sha1 -sha224 -sha256 -sha384 -sha512 -md5
            write -out
            operands read*
        """;
}
