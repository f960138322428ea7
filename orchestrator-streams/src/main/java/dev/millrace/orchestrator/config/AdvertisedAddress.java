package dev.millrace.orchestrator.config;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.state.HostInfo;

/**
 * What {@code http.advertised} says: a host, and a port unless it is the one that is bound.
 *
 * @param host name or IP address, IPv6 without brackets
 * @param port empty for the port that the server is bound to
 */
record AdvertisedAddress(String host, OptionalInt port) {
  private static final Pattern FORM =
      Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^\\s:/\\[\\]]+))(?::([0-9]{1,5}))?");

  private static final int PORT_MAX = 65_535;

  AdvertisedAddress {
    if (!isHostOfAUrl(host)) {
      throw refused(
          host, "no URL can have this host: names have letters, digits, hyphens and dots");
    }
  }

  /**
   * Reads the setting.
   *
   * @throws ConfigException when it is no address that another engine could connect to
   */
  static AdvertisedAddress parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw refused(text, "must be host or host:port, an IPv6 address in brackets");
    }
    String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
    if (isWildcard(host)) {
      throw refused(text, "is every address and none; name one that the other engines can reach");
    }
    if (parts.group(3) == null) {
      return new AdvertisedAddress(host, OptionalInt.empty());
    }
    int port = Integer.parseInt(parts.group(3));
    if (port < 1 || port > PORT_MAX) {
      throw refused(text, "its port must be 1 to " + PORT_MAX);
    }
    return new AdvertisedAddress(host, OptionalInt.of(port));
  }

  /**
   * The address that follows from what is bound: the same, or the name of this host for a wildcard.
   *
   * @throws ConfigException when this host does not know its name
   */
  static AdvertisedAddress ofBound(String host) {
    String reachable = host;
    if (isWildcard(host)) {
      try {
        reachable = InetAddress.getLocalHost().getCanonicalHostName();
      } catch (UnknownHostException e) {
        throw new ConfigException(
            "%s is not set, and this host does not know its own name (%s); set it to an address that the other engines can reach"
                .formatted(EngineConfig.HTTP_ADVERTISED, e.getMessage()));
      }
    }
    return new AdvertisedAddress(reachable, OptionalInt.empty());
  }

  HostInfo at(int boundPort) {
    return new HostInfo(host, port.orElse(boundPort));
  }

  private static boolean isHostOfAUrl(String host) {
    try {
      return new URI("http://" + (host.contains(":") ? "[" + host + "]" : host)).getHost() != null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static boolean isWildcard(String host) {
    try {
      return InetAddress.ofLiteral(host).isAnyLocalAddress();
    } catch (IllegalArgumentException e) {
      return false; // a name
    }
  }

  private static ConfigException refused(String text, String why) {
    return new ConfigException("%s is '%s': %s".formatted(EngineConfig.HTTP_ADVERTISED, text, why));
  }
}
