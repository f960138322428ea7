package dev.millrace.worker.http;

import java.io.IOException;
import java.net.IDN;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Sends requests and follows their redirects, each one only where the egress policy allows it, and
 * over a connection to an address that was checked when it was made. Thread-safe.
 */
final class HttpExchange implements AutoCloseable {
  /** Longest line of the head of an answer, in characters. */
  static final int HEADER_CHARS = 8_192;

  /** Most headers of an answer. */
  static final int MAX_HEADERS = 100;

  /** After this the addresses of a host are looked up and checked anew. */
  private static final TimeValue CONNECTION_LIFE = TimeValue.ofMinutes(5);

  /** Idle connections that are older are tried before they are used. */
  private static final TimeValue TRUSTED_IDLE = TimeValue.ofSeconds(1);

  /** Connections to all hosts, unless one host may have more. */
  private static final int CONNECTIONS = 1_024;

  private final HttpSettings settings;
  private final BodyReader bodies;
  private final CloseableHttpClient client;

  HttpExchange(HttpSettings settings) {
    this.settings = settings;
    this.bodies = new BodyReader(settings.maxResponseBytes());
    this.client = client(settings);
  }

  private static CloseableHttpClient client(HttpSettings settings) {
    var connections =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setDnsResolver(new CheckedResolver(settings))
            .setTlsSocketStrategy(
                settings.sslContext() == null
                    ? DefaultClientTlsStrategy.createDefault()
                    : new DefaultClientTlsStrategy(settings.sslContext()))
            .setConnectionFactory(
                ManagedHttpClientConnectionFactory.builder()
                    .http1Config(
                        Http1Config.custom()
                            .setMaxLineLength(HEADER_CHARS)
                            .setMaxHeaderCount(MAX_HEADERS)
                            .build())
                    .build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                    .setTimeToLive(CONNECTION_LIFE)
                    .setValidateAfterInactivity(TRUSTED_IDLE)
                    .build())
            .setMaxConnPerRoute(settings.connectionsPerHost())
            .setMaxConnTotal(Math.max(CONNECTIONS, settings.connectionsPerHost()))
            .build();
    // Redirects, retries and unpacking are done here, or by the engine, within their bounds.
    return HttpClients.custom()
        .setConnectionManager(connections)
        .setUserAgent("millrace")
        .disableRedirectHandling()
        .disableAutomaticRetries()
        .disableContentCompression()
        .disableCookieManagement()
        .disableAuthCaching()
        .disableConnectionState()
        .build();
  }

  /**
   * Sends a request and gives the answer to the last one of its redirects. Knows no time limit:
   * ends early, and closes its connection, when the thread, which must be a virtual one, is
   * interrupted.
   *
   * @throws EgressRefusedException when the policy does not allow it or one of its redirects
   * @throws CallFailedException for too many redirects, and what else is of no use
   * @throws IOException when there is no answer, or no whole one
   */
  Answer send(Request first) throws IOException, CallFailedException {
    Request request = first;
    for (int redirects = 0; ; redirects++) {
      settings.egress().checkOrigin(request.target());
      Answer answer = once(request);
      String location = location(answer);
      if (location.isEmpty()) {
        return answer;
      }
      if (redirects == settings.maxRedirects()) {
        throw new CallFailedException(
            HttpFailures.TOO_MANY_REDIRECTS,
            "%s: redirected again after %d redirects, the limit".formatted(request, redirects));
      }
      request = request.redirected(answer.status(), next(request, location));
    }
  }

  private static String location(Answer answer) {
    return isRedirect(answer.status()) ? answer.header("location") : "";
  }

  private static boolean isRedirect(int status) {
    return switch (status) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  private static Target next(Request request, String location)
      throws CallFailedException, EgressRefusedException {
    Target next;
    try {
      next = request.target().resolve(location);
    } catch (CallFailedException e) {
      throw new CallFailedException(
          HttpFailures.BAD_REDIRECT, "%s: redirected to no %s".formatted(request, e.getMessage()));
    }
    if (request.target().scheme().equals("https") && next.scheme().equals("http")) {
      throw new EgressRefusedException(
          "%s: redirected from https to http, which is never followed".formatted(request));
    }
    return next;
  }

  private Answer once(Request request) throws IOException, CallFailedException {
    HttpUriRequestBase message = message(request);
    try {
      Target target = request.target();
      ClassicHttpResponse response =
          client.executeOpen(
              new HttpHost(target.scheme(), target.host(), target.port()),
              message,
              HttpClientContext.create());
      Map<String, String> headers = headers(response);
      return new Answer(request, response.getCode(), headers, body(response, headers));
    } finally {
      // Closes the connection unless the whole answer was read; it is in the pool then.
      message.cancel();
    }
  }

  private HttpUriRequestBase message(Request request) {
    HttpUriRequestBase message = new HttpUriRequestBase(request.method(), request.target().uri());
    message.setConfig(
        RequestConfig.custom()
            // One clock for all of it: who calls this interrupts it when its time is over. Only
            // the wait for a free connection must have an end of its own.
            .setConnectionRequestTimeout(Timeout.of(request.timeout()))
            .setResponseTimeout(Timeout.DISABLED)
            .setAuthenticationEnabled(false)
            .setProtocolUpgradeEnabled(false)
            .build());
    message.addHeader("Accept-Encoding", "gzip");
    request.headers().forEach(header -> message.addHeader(header.name(), header.value()));
    for (HttpSettings.OriginHeader header : settings.originHeaders()) {
      if (header.origin().equals(request.target().origin())) {
        message.setHeader(header.name(), checked(header.name(), header.value().get()));
      }
    }
    if (request.body() != null) {
      message.setEntity(new ByteArrayEntity(request.body(), null));
    }
    return message;
  }

  private static String checked(String name, String value) {
    String problem = Headers.problemOfValue(name, value);
    if (problem != null) {
      throw new IllegalStateException(problem);
    }
    return value;
  }

  private static Map<String, String> headers(ClassicHttpResponse response) {
    Map<String, String> headers = new TreeMap<>();
    for (Header header : response.getHeaders()) {
      String value = header.getValue() == null ? "" : header.getValue();
      headers.merge(
          header.getName().toLowerCase(Locale.ROOT), value, (one, two) -> one + ", " + two);
    }
    return headers;
  }

  private byte[] body(ClassicHttpResponse response, Map<String, String> headers)
      throws IOException, CallFailedException {
    HttpEntity entity = response.getEntity();
    if (entity == null) {
      return new byte[0];
    }
    if (!Answer.isSuccess(response.getCode())) {
      BodyReader.discard(entity);
      return new byte[0];
    }
    return bodies.whole(entity, headers.getOrDefault("content-encoding", ""));
  }

  /** Closes all connections; what is being sent fails. */
  @Override
  public void close() {
    client.close(CloseMode.IMMEDIATE);
  }

  /** Gives the client only addresses that the policy allows. */
  private record CheckedResolver(HttpSettings settings) implements DnsResolver {
    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      // The client writes the labels of xn-- names out, which no policy has seen.
      String name = HostName.canonical(IDN.toASCII(HostName.inUrl(host)));
      InetAddress[] addresses = settings.resolver().resolve(name);
      settings.egress().checkAddresses(name, addresses);
      return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
      return host;
    }
  }
}
