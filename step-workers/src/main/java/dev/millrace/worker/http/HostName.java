package dev.millrace.worker.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The one way in which a host is written here, so that what is checked and what is connected to
 * cannot differ: lower case, no dot at the end, addresses as the JDK writes them.
 */
final class HostName {
  private static final int LONGEST = 253;
  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
  private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]{2,45}]");
  private static final Pattern NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*");

  /** A last label that some resolvers read as a number: decimal, octal or hexadecimal. */
  private static final Pattern NUMBER = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");

  private HostName() {}

  /**
   * The host in that way.
   *
   * @param host a name, an IPv4 address, or an IPv6 address in brackets
   * @throws IllegalArgumentException when it is none of these, or an address in an unusual way
   */
  static String canonical(String host) {
    if (host.startsWith("[")) {
      return address(host);
    }
    String lower = host.toLowerCase(Locale.ROOT);
    String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    if (name.length() > LONGEST || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "host '%s': must be letters, digits, dots and dashes, at most %d of them; write other letters as xn--"
              .formatted(host, LONGEST));
    }
    if (NUMBER.matcher(name).matches() && !IPV4.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "host '%s': write an IPv4 address as four decimal numbers from 0 to 255".formatted(host));
    }
    return name;
  }

  private static String address(String host) {
    try {
      if (IPV6.matcher(host).matches()) {
        return InetAddress.getByName(host).getHostAddress();
      }
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("host '%s': is no IPv6 address".formatted(host), e);
    }
    throw new IllegalArgumentException(
        "host '%s': is no IPv6 address; zones are not supported".formatted(host));
  }

  /** The host as it stands in an address of the web: an IPv6 address in brackets. */
  static String inUrl(String canonical) {
    return canonical.indexOf(':') < 0 ? canonical : '[' + canonical + ']';
  }
}
