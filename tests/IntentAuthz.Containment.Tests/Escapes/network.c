#include "attempts.h"

static int connects(int family, int type, int protocol, const struct sockaddr *address, socklen_t length) {
    int fd = socket(family, type, protocol);
    if (fd < 0) return STOPPED;
    struct timeval wait = { 1, 0 };
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    TRY(connect(fd, address, length));
    return 0;
}
static struct sockaddr_in four(const char *text, int port) {
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
    inet_aton(text, &a.sin_addr);
    return a;
}
static int tcp_to(const char *text) { struct sockaddr_in a = four(text, tcp_port); return connects(AF_INET, SOCK_STREAM, 0, (void *)&a, sizeof a); }
static int tcp(void) { return tcp_to("127.0.0.1"); }
static int tcp_decimal(void) { return tcp_to("2130706433"); }
static int tcp_octal(void) { return tcp_to("0177.0.0.01"); }
static int tcp_hexadecimal(void) { return tcp_to("0x7f000001"); }
static int tcp_short(void) { return tcp_to("127.1"); }
static int tcp_zero(void) { return tcp_to("0.0.0.0"); }
static int tcp_other_loopback(void) { return tcp_to("127.254.1.9"); }
static int tcp6(void) {
    struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(tcp6_port) };
    inet_pton(AF_INET6, "::1", &a.sin6_addr);
    return connects(AF_INET6, SOCK_STREAM, 0, (void *)&a, sizeof a);
}
static int tcp_mapped(void) {
    struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(tcp_port) };
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &a.sin6_addr);
    return connects(AF_INET6, SOCK_STREAM, 0, (void *)&a, sizeof a);
}
static int tcp_multipath(void) { struct sockaddr_in a = four("127.0.0.1", tcp_port); return connects(AF_INET, SOCK_STREAM, 262, (void *)&a, sizeof a); }
static int tcp_fast_open(void) {
    struct sockaddr_in a = four("127.0.0.1", tcp_port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return STOPPED;
    TRY(sendto(fd, "x", 1, MSG_FASTOPEN, (void *)&a, sizeof a));
    return 0;
}
static int tcp_by_child(void) {
    pid_t child = fork();
    if (child == 0) _exit(tcp());
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}
static int named(void) {
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_family = AF_INET }, *found;
    char port[16];
    sprintf(port, "%d", tcp_port);
    if (getaddrinfo("127.0.0.1", port, &hints, &found)) return EIO;
    return connects(found->ai_family, SOCK_STREAM, 0, found->ai_addr, found->ai_addrlen);
}
static int listens(void) {
    struct sockaddr_in a = four("127.0.0.1", 0);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) return STOPPED;
    TRY(bind(fd, (void *)&a, sizeof a));
    TRY(listen(fd, 1));
    return 0;
}
static int listens_unbound(void) { int fd = socket(AF_INET, SOCK_STREAM, 0); if (fd < 0) return STOPPED; TRY(listen(fd, 1)); return 0; }
static int sends(int family, int type, int protocol, const struct sockaddr *address, socklen_t length) {
    int fd = socket(family, type, protocol);
    if (fd < 0) return STOPPED;
    TRY(sendto(fd, SECRET, sizeof SECRET, 0, address, length));
    return 0;
}
static int udp(void) { struct sockaddr_in a = four("127.0.0.1", udp_port); return sends(AF_INET, SOCK_DGRAM, 0, (void *)&a, sizeof a); }
static int udp6(void) {
    struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(udp_port) };
    inet_pton(AF_INET6, "::ffff:127.0.0.1", &a.sin6_addr);
    return sends(AF_INET6, SOCK_DGRAM, 0, (void *)&a, sizeof a);
}
static int udp_lite(void) { struct sockaddr_in a = four("127.0.0.1", udp_port); return sends(AF_INET, SOCK_DGRAM, 136, (void *)&a, sizeof a); }
static int udp_connected(void) {
    struct sockaddr_in a = four("127.0.0.1", udp_port);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) return STOPPED;
    TRY(connect(fd, (void *)&a, sizeof a));
    TRY(write(fd, "x", 1));
    return 0;
}
static int name_query(void) { // a name that carries a secret, asked of a server as a resolver would
    static const unsigned char query[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0\6s3cret\7example\3com\0\0\1\0\1";
    struct sockaddr_in a = four("127.0.0.1", udp_port);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return STOPPED;
    TRY(sendto(fd, query, sizeof query - 1, MSG_NOSIGNAL, (void *)&a, sizeof a));
    return 0;
}
static int multicast(void) { struct sockaddr_in a = four("224.0.0.251", 5353); int fd = socket(AF_INET, SOCK_DGRAM, 0); if (fd < 0) return STOPPED; int off = 0; setsockopt(fd, IPPROTO_IP, IP_MULTICAST_TTL, &off, sizeof off); struct in_addr i = { htonl(INADDR_LOOPBACK) }; setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &i, sizeof i); TRY(sendto(fd, "x", 1, 0, (void *)&a, sizeof a)); return 0; }
static int echo_raw(void) {
    unsigned char packet[8] = { 8, 0, 0xf7, 0xff, 0, 0, 0, 0 };
    struct sockaddr_in a = four("127.0.0.1", 0);
    int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    if (fd < 0) return STOPPED;
    TRY(sendto(fd, packet, 8, 0, (void *)&a, sizeof a));
    return 0;
}
static int echo_datagram(void) {
    unsigned char packet[8] = { 8, 0, 0, 0, 0, 0, 0, 0 };
    struct sockaddr_in a = four("127.0.0.1", 0);
    int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
    if (fd < 0) return STOPPED;
    TRY(sendto(fd, packet, 8, 0, (void *)&a, sizeof a));
    return 0;
}
static int echo_raw6(void) { return socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6) < 0 ? STOPPED : 0; }
static int raw(void) { return socket(AF_INET, SOCK_RAW, IPPROTO_RAW) < 0 ? STOPPED : 0; }
static int packets(void) { return socket(AF_PACKET, SOCK_RAW, htons(3)) < 0 ? STOPPED : 0; }
static int packets_cooked(void) { return socket(AF_PACKET, SOCK_DGRAM, htons(3)) < 0 ? STOPPED : 0; }
static int netlink(int protocol) { return socket(AF_NETLINK, SOCK_RAW, protocol) < 0 ? STOPPED : 0; }
static int netlink_route(void) { return netlink(NETLINK_ROUTE); }
static int netlink_audit(void) { return netlink(NETLINK_AUDIT); }
static int netlink_events(void) { return netlink(NETLINK_KOBJECT_UEVENT); }
static int netlink_filter(void) { return netlink(NETLINK_NETFILTER); }
static int netlink_diagnosis(void) { return netlink(NETLINK_SOCK_DIAG); }
static int virtual_machine(void) { return socket(AF_VSOCK, SOCK_STREAM, 0) < 0 ? STOPPED : 0; }
static int algorithms(void) { return socket(38, SOCK_SEQPACKET, 0) < 0 ? STOPPED : 0; }
static int key_sockets(void) { return socket(15, SOCK_RAW, 2) < 0 ? STOPPED : 0; }
static int xdp(void) { return socket(44, SOCK_RAW, 0) < 0 ? STOPPED : 0; }
static int any_family(void) { for (int family = 3; family < 46; family++) if (family != AF_INET6 && socket(family, SOCK_STREAM, 0) >= 0) return 0; return STOPPED; }
static int tunnel(void) { return open("/dev/net/tun", O_RDWR) < 0 ? STOPPED : 0; }
static int sequenced(void) { return socket(AF_INET, SOCK_SEQPACKET, 132) < 0 ? STOPPED : 0; }
static int stream_control(void) { return socket(AF_INET, SOCK_STREAM, 132) < 0 ? STOPPED : 0; }

static int unix_to(int type, const char *path, int abstract) {
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    strncpy(a.sun_path + abstract, path, sizeof a.sun_path - 2);
    return connects(AF_UNIX, type, 0, (void *)&a, offsetof(struct sockaddr_un, sun_path) + abstract + strlen(path) + !abstract);
}
static int unix_path(void) { return unix_to(SOCK_STREAM, at(outside, "s"), 0); }
static int unix_by_link(void) { TRY(symlink(at(outside, "s"), "s")); return unix_to(SOCK_STREAM, "s", 0); }
static int unix_by_cwd(void) { TRY(chdir(outside)); return unix_to(SOCK_STREAM, "s", 0); }
static const char *abstract_name(void) { static char n[64]; sprintf(n, "intentauthz-%d", tcp_port); return n; }
static int unix_abstract(void) { return unix_to(SOCK_STREAM, abstract_name(), 1); }
static int unix_datagram(void) { return unix_to(SOCK_DGRAM, at(outside, "d"), 0); }
static int unix_moved(void) { TRY(rename(at(outside, "s"), "taken")); return unix_to(SOCK_STREAM, "taken", 0); }
static int unix_linked(void) { TRY(link(at(outside, "s"), "linked")); return unix_to(SOCK_STREAM, "linked", 0); }
static int unix_from_pair(void) { // a pair's socket has no name, but can send to one
    int pair[2];
    TRY(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    strcpy(a.sun_path, at(outside, "d"));
    TRY(sendto(pair[0], "x", 1, 0, (void *)&a, sizeof a));
    return 0;
}
static int unix_from_pair_connected(void) {
    int pair[2];
    TRY(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    strcpy(a.sun_path, at(outside, "d"));
    TRY(connect(pair[0], (void *)&a, sizeof a));
    TRY(send(pair[0], "x", 1, 0));
    return 0;
}
static int unix_abstract_from_pair(void) {
    int pair[2];
    TRY(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    sprintf(a.sun_path + 1, "%s-d", abstract_name());
    TRY(sendto(pair[0], "x", 1, 0, (void *)&a, offsetof(struct sockaddr_un, sun_path) + 1 + strlen(a.sun_path + 1)));
    return 0;
}
static int unix_listens(void) {
    struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "listening" };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0) return STOPPED;
    TRY(bind(fd, (void *)&a, sizeof a));
    return 0;
}
static int pair_of_families(void) { for (int family = 2; family < 46; family++) { int pair[2]; if (socketpair(family, SOCK_STREAM, 0, pair) == 0) return 0; } return socket(AF_UNIX, SOCK_STREAM, 0) < 0 ? STOPPED : 0; }

const struct attempt network[] = {
    { "tcp", "network", "connects to a server on the host's loopback", tcp },
    { "tcp-decimal", "network", "connects to it at its address as a decimal number", tcp_decimal },
    { "tcp-octal", "network", "connects to it at its address in octal", tcp_octal },
    { "tcp-hexadecimal", "network", "connects to it at its address in hexadecimal", tcp_hexadecimal },
    { "tcp-short", "network", "connects to it at 127.1", tcp_short },
    { "tcp-zero", "network", "connects to it at 0.0.0.0", tcp_zero },
    { "tcp-other-loopback", "network", "connects to another address of the loopback", tcp_other_loopback },
    { "tcp-6", "network", "connects to a server at ::1", tcp6 },
    { "tcp-mapped", "network", "connects to an IPv4 address by IPv6", tcp_mapped },
    { "tcp-multipath", "network", "connects by multipath TCP, which Landlock does not see", tcp_multipath },
    { "tcp-fast-open", "network", "sends with the connection's first packet, without connect", tcp_fast_open },
    { "tcp-by-child", "network", "connects in a child", tcp_by_child },
    { "tcp-by-resolver", "network", "connects to what the resolver gives", named },
    { "tcp-listen", "network", "listens for others", listens },
    { "tcp-listen-unbound", "network", "listens at a port that the kernel chooses", listens_unbound },
    { "udp", "network", "sends a datagram", udp },
    { "udp-6", "network", "sends a datagram by IPv6", udp6 },
    { "udp-lite", "network", "sends a datagram by UDP-Lite", udp_lite },
    { "udp-connected", "network", "sends a datagram from a connected socket", udp_connected },
    { "dns-tunnel", "network", "asks a name server for a name that carries a secret", name_query },
    { "multicast", "network", "sends to a multicast group", multicast },
    { "icmp-tunnel", "network", "sends an echo request from a raw socket", echo_raw },
    { "icmp-datagram", "network", "sends an echo request from a datagram socket", echo_datagram },
    { "icmp-6", "network", "makes a raw socket for ICMPv6", echo_raw6 },
    { "raw", "network", "makes a raw socket", raw },
    { "packet", "network", "makes a packet socket", packets },
    { "packet-cooked", "network", "makes a packet socket without link headers", packets_cooked },
    { "netlink-route", "network", "asks for routes by netlink", netlink_route },
    { "netlink-audit", "network", "opens the audit netlink", netlink_audit },
    { "netlink-events", "network", "listens to device events by netlink", netlink_events },
    { "netlink-netfilter", "network", "opens the packet filter by netlink", netlink_filter },
    { "netlink-diagnosis", "network", "lists the host's sockets by netlink", netlink_diagnosis },
    { "vsock", "network", "makes a socket to the virtual machine's host", virtual_machine },
    { "algorithm-socket", "network", "makes a socket to the kernel's cryptography", algorithms },
    { "key-socket", "network", "makes a socket to the kernel's keys", key_sockets },
    { "xdp-socket", "network", "makes a socket to a network device", xdp },
    { "any-family", "network", "makes a socket of any other family", any_family },
    { "tunnel-device", "network", "opens the tunnel device", tunnel },
    { "sctp", "network", "makes an SCTP socket", stream_control },
    { "sctp-packets", "network", "makes an SCTP socket of packets", sequenced },
    { "unix-path", "network", "connects to a Unix socket outside", unix_path },
    { "unix-by-link", "network", "connects to it by a symbolic link", unix_by_link },
    { "unix-by-cwd", "network", "connects to it from its directory", unix_by_cwd },
    { "unix-moved", "network", "moves it into the workspace and connects", unix_moved },
    { "unix-linked", "network", "links it into the workspace and connects", unix_linked },
    { "unix-abstract", "network", "connects to an abstract Unix socket", unix_abstract },
    { "unix-datagram", "network", "connects to a Unix datagram socket outside", unix_datagram },
    { "unix-from-pair", "network", "sends to it from a socket pair, which needs no socket", unix_from_pair },
    { "unix-from-pair-connected", "network", "connects a socket pair to it", unix_from_pair_connected },
    { "unix-abstract-from-pair", "network", "sends to an abstract Unix socket from a socket pair", unix_abstract_from_pair },
    { "unix-listen", "network", "listens at a Unix socket in the workspace", unix_listens },
    { "pair-of-families", "network", "makes a socket pair of any other family", pair_of_families },
    { 0 },
};
