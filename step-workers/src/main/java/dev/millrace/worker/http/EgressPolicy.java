package dev.millrace.worker.http;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where HTTP steps may connect to. Two questions, and both must be answered with yes: is the origin
 * (scheme, host and port) on the list, and is every address that the host has at that moment one of
 * the public internet, or of a network that is allowed by name. Asked for each request and each
 * redirect; the connection goes to an address that was asked about.
 *
 * <p>Immutable, so thread-safe.
 */
public final class EgressPolicy {
  private final List<Rule> origins;
  private final List<Network> allowed;
  private final List<Network> refused;

  private EgressPolicy(Builder builder) {
    this.origins = List.copyOf(builder.origins);
    this.allowed = List.copyOf(builder.allowed);
    this.refused = List.copyOf(builder.refused);
  }

  /** A policy that allows nothing yet. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * A policy of these origins, at public addresses.
   *
   * @param origins as {@link Builder#allow}
   */
  public static EgressPolicy of(String... origins) {
    Builder policy = builder();
    for (String origin : origins) {
      policy.allow(origin);
    }
    return policy.build();
  }

  /** Refuses an origin that is not on the list. */
  void checkOrigin(Target target) throws EgressRefusedException {
    for (Rule rule : origins) {
      if (rule.allows(target)) {
        return;
      }
    }
    throw new EgressRefusedException(
        "%s: the egress policy of this worker does not allow it".formatted(target.origin()));
  }

  /** Refuses a host with an address that may not be connected to, even if others may be. */
  void checkAddresses(String host, InetAddress... addresses) throws EgressRefusedException {
    for (InetAddress address : addresses) {
      byte[] raw = address.getAddress();
      byte[] reached = PublicAddresses.reached(raw);
      Optional<String> block = in(refused, raw, reached);
      if (block.isEmpty() && in(allowed, raw, reached).isEmpty()) {
        block = PublicAddresses.block(reached);
      }
      if (block.isPresent()) {
        throw new EgressRefusedException(
            "host '%s' is at %s (%s): the egress policy of this worker does not allow this address"
                .formatted(host, address.getHostAddress(), block.get()));
      }
    }
  }

  private static Optional<String> in(List<Network> networks, byte[] raw, byte[] reached) {
    for (Network network : networks) {
      if (network.contains(raw) || network.contains(reached)) {
        return Optional.of(network.toString());
      }
    }
    return Optional.empty();
  }

  /** Collects what a policy allows. Not thread-safe. */
  public static final class Builder {
    private final List<Rule> origins = new ArrayList<>();
    private final List<Network> allowed = new ArrayList<>();
    private final List<Network> refused = new ArrayList<>();

    private Builder() {}

    /**
     * Allows an origin: {@code https://api.example.com}, {@code https://*.example.com} for all
     * names below that one, {@code https://*} for all hosts; {@code http://...} without encryption.
     * The port is that of the scheme unless the origin names another, or {@code *} for any.
     *
     * @throws IllegalArgumentException for anything else, such as one with a path
     */
    public Builder allow(String origin) {
      origins.add(Rule.of(origin));
      return this;
    }

    /**
     * Allows the addresses of a network that is not public, such as {@code 10.1.0.0/16} or {@code
     * fd00:1::/32}, to the hosts of allowed origins. Allow no more than the services need: whoever
     * writes a definition can call what is there.
     *
     * @throws IllegalArgumentException for what is no network
     */
    public Builder allowNetwork(String cidr) {
      allowed.add(Network.of(cidr));
      return this;
    }

    /**
     * Refuses the addresses of a network, whatever else allows them: public addresses that only
     * your own network leads to, say.
     *
     * @throws IllegalArgumentException for what is no network
     */
    public Builder refuseNetwork(String cidr) {
      refused.add(Network.of(cidr));
      return this;
    }

    /**
     * The policy.
     *
     * @throws IllegalStateException when it allows no origin
     */
    public EgressPolicy build() {
      if (origins.isEmpty()) {
        throw new IllegalStateException("egress policy: allow at least one origin");
      }
      return new EgressPolicy(this);
    }
  }

  /**
   * An origin that is allowed.
   *
   * @param host a name, {@code *.} and a name, or {@code *}
   * @param port 0 for any
   */
  private record Rule(String scheme, String host, int port) {
    private static final Pattern FORM =
        Pattern.compile(
            "(https?)://(\\*|(?:\\*\\.)?[^*/:@\\[\\]]+|\\[[^]]+])(?::([0-9]{1,5}|\\*))?");

    static Rule of(String origin) {
      Matcher form = FORM.matcher(origin);
      if (!form.matches()) {
        throw new IllegalArgumentException(
            "origin '%s': must be like https://api.example.com, https://*.example.com:8443 or https://*"
                .formatted(origin));
      }
      String scheme = form.group(1);
      return new Rule(scheme, pattern(form.group(2)), port(origin, scheme, form.group(3)));
    }

    private static String pattern(String host) {
      if (host.equals("*")) {
        return host;
      }
      return host.startsWith("*.")
          ? "*." + HostName.canonical(host.substring(2))
          : HostName.canonical(host);
    }

    private static int port(String origin, String scheme, @Nullable String port) {
      if (port == null) {
        return Target.defaultPort(scheme);
      }
      if (port.equals("*")) {
        return 0;
      }
      int number = Integer.parseInt(port);
      if (number < 1 || number > 65_535) {
        throw new IllegalArgumentException(
            "origin '%s': port %d must be 1 to 65535".formatted(origin, number));
      }
      return number;
    }

    boolean allows(Target target) {
      return target.scheme().equals(scheme)
          && (port == 0 || target.port() == port)
          && allowsHost(target.host());
    }

    private boolean allowsHost(String name) {
      return host.equals("*")
          || host.equals(name)
          || (host.startsWith("*.") && name.endsWith(host.substring(1)));
    }
  }
}
