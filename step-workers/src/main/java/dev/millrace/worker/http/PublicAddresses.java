package dev.millrace.worker.http;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tells addresses of the public internet from all others: this host, private networks, the local
 * link, groups, metadata services, and what is set aside for other ends.
 */
final class PublicAddresses {
  /** Set aside by the registry of special IPv4 addresses, groups, and one metadata service. */
  private static final List<Network> SPECIAL_V4 =
      networks(
          "0.0.0.0/8",
          "10.0.0.0/8",
          "100.64.0.0/10",
          "127.0.0.0/8",
          "168.63.129.16/32",
          "169.254.0.0/16",
          "172.16.0.0/12",
          "192.0.0.0/24",
          "192.0.2.0/24",
          "192.88.99.0/24",
          "192.168.0.0/16",
          "198.18.0.0/15",
          "198.51.100.0/24",
          "203.0.113.0/24",
          "224.0.0.0/4",
          "240.0.0.0/4");

  /** All that is given out as global; anything else is local, a group, or stands for IPv4. */
  private static final Network GLOBAL_V6 = Network.of("2000::/3");

  /** In the global block, but set aside, or a tunnel to an IPv4 address. */
  private static final List<Network> SPECIAL_V6 =
      networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

  /** IPv6 addresses that lead to the IPv4 address in their last four bytes. */
  private static final Network NAT64 = Network.of("64:ff9b::/96");

  private static final int IPV4_BYTES = 4;
  private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1};

  private PublicAddresses() {}

  private static List<Network> networks(String... blocks) {
    return Stream.of(blocks).map(Network::of).toList();
  }

  /** The IPv4 address that an IPv6 address leads to, or else the address itself. */
  static byte[] reached(byte[] address) {
    boolean leadsToIpv4 =
        NAT64.contains(address)
            || (address.length > IPV4_BYTES
                && Arrays.equals(address, 0, MAPPED.length, MAPPED, 0, MAPPED.length));
    return leadsToIpv4
        ? Arrays.copyOfRange(address, address.length - IPV4_BYTES, address.length)
        : address;
  }

  /**
   * Why an address is not public.
   *
   * @param reached as {@link #reached} gives it
   * @return the block that it is in, or empty for a public address
   */
  static Optional<String> block(byte[] reached) {
    List<Network> special = reached.length == IPV4_BYTES ? SPECIAL_V4 : SPECIAL_V6;
    for (Network network : special) {
      if (network.contains(reached)) {
        return Optional.of(network.toString());
      }
    }
    return reached.length == IPV4_BYTES || GLOBAL_V6.contains(reached)
        ? Optional.empty()
        : Optional.of("not " + GLOBAL_V6);
  }
}
