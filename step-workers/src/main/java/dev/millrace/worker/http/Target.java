package dev.millrace.worker.http;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where one request goes, taken apart once: what is checked is what is sent to.
 *
 * @param scheme {@code http} or {@code https}
 * @param host as {@link HostName} writes it
 * @param port 1 to 65535
 * @param path with its query, escaped, from the first slash
 */
record Target(String scheme, String host, int port, String path) {
  /** Longest address of the web that is taken, in characters. */
  static final int URL_CHARS = 8_192;

  /**
   * Takes an address apart.
   *
   * @throws CallFailedException as {@link HttpFailures#INVALID_REQUEST}, when it is none, or has
   *     what is not taken: another scheme, a user, an address in an unusual way
   */
  static Target of(String url) throws CallFailedException {
    if (url.length() > URL_CHARS) {
      throw invalid("%d characters, the limit is %d".formatted(url.length(), URL_CHARS));
    }
    try {
      return of(new URI(new URI(url).toASCIIString()));
    } catch (URISyntaxException e) {
      throw invalid("%s at character %d".formatted(e.getReason(), e.getIndex()));
    }
  }

  private static Target of(URI uri) throws CallFailedException {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw invalid("scheme '%s': must be http or https".formatted(scheme));
    }
    if (uri.getRawUserInfo() != null) {
      throw invalid("has a user before its host: send credentials in a header");
    }
    if (uri.getHost() == null) {
      throw invalid(
          "has no host of letters, digits, dots and dashes, or of an IP address in its usual form");
    }
    int port = uri.getPort() == -1 ? defaultPort(scheme) : uri.getPort();
    if (port < 1 || port > 65_535) {
      throw invalid("port %d: must be 1 to 65535".formatted(port));
    }
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : '?' + uri.getRawQuery();
    try {
      return new Target(scheme, HostName.canonical(uri.getHost()), port, path + query);
    } catch (IllegalArgumentException e) {
      throw invalid(String.valueOf(e.getMessage()));
    }
  }

  /** Why an address is not taken; not the address, whose query may hold secrets. */
  private static CallFailedException invalid(String why) {
    return new CallFailedException(HttpFailures.INVALID_REQUEST, "url: " + why);
  }

  static int defaultPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }

  /**
   * Where a redirect leads from here.
   *
   * @param location an address, whole or relative to this one
   * @throws CallFailedException as {@link #of(String)}
   */
  Target resolve(String location) throws CallFailedException {
    if (location.length() > URL_CHARS) {
      throw invalid("%d characters, the limit is %d".formatted(location.length(), URL_CHARS));
    }
    try {
      URI relative = new URI(location);
      // The JDK follows an older rule for a query alone, which would lose the last of the path.
      String whole =
          location.startsWith("?")
              ? origin() + pathWithoutQuery() + relative
              : uri().resolve(relative).toString();
      return of(whole);
    } catch (URISyntaxException e) {
      throw invalid("%s at character %d".formatted(e.getReason(), e.getIndex()));
    }
  }

  /** Scheme, host and port, as in {@code https://example.com:443}. */
  String origin() {
    return scheme + "://" + HostName.inUrl(host) + ':' + port;
  }

  /** The whole address. */
  URI uri() {
    String authority = port == defaultPort(scheme) ? "" : ":" + port;
    return URI.create(scheme + "://" + HostName.inUrl(host) + authority + path);
  }

  private String pathWithoutQuery() {
    int query = path.indexOf('?');
    return query < 0 ? path : path.substring(0, query);
  }
}
