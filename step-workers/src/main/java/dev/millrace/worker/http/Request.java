package dev.millrace.worker.http;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one step sends.
 *
 * @param body null for none
 * @param timeout for the whole answer, redirects included; zero when it is too late to send it
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of bytes; nobody compares requests
record Request(
    String method, Target target, List<Header> headers, byte @Nullable [] body, Duration timeout) {
  /** Methods that change nothing at the service, so need no idempotency key. */
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

  Request {
    headers = List.copyOf(headers);
  }

  /**
   * A header of the request.
   *
   * @param ofStep whether the step adds it by itself: it is no credential then, and goes along to
   *     other origins
   */
  record Header(String name, String value, boolean ofStep) {}

  boolean isSafe() {
    return SAFE.contains(method);
  }

  boolean has(String name) {
    return headers.stream().anyMatch(header -> header.name().equalsIgnoreCase(name));
  }

  /** What a status of a redirect makes of this request at another target. */
  Request redirected(int status, Target next) {
    boolean asGet =
        (status == 303 && !method.equals("HEAD"))
            || ((status == 301 || status == 302) && method.equals("POST"));
    boolean sameOrigin = next.origin().equals(target.origin());
    List<Header> kept =
        headers.stream()
            .filter(
                header -> sameOrigin || header.ofStep() || Headers.crossesOrigins(header.name()))
            .filter(header -> !asGet || !header.name().equalsIgnoreCase("content-type"))
            .toList();
    return new Request(asGet ? "GET" : method, next, kept, asGet ? null : body, timeout);
  }

  /**
   * The request in messages: its path and query may hold secrets, and what is to stay encrypted.
   */
  @Override
  public String toString() {
    return method + ' ' + target.origin();
  }
}
