package dev.millrace.worker.http;

import dev.millrace.worker.StepContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What an HTTP step is made with; {@link HttpStep.Builder} says what each means.
 *
 * @param idempotencyHeader empty for none
 * @param sslContext null for the JDK's
 */
record HttpSettings(
    EgressPolicy egress,
    Duration connectTimeout,
    Duration timeout,
    int maxRedirects,
    int maxResponseBytes,
    int connectionsPerHost,
    String idempotencyHeader,
    Function<StepContext, String> idempotencyKey,
    List<OriginHeader> originHeaders,
    @Nullable SSLContext sslContext,
    HostResolver resolver,
    InstantSource clock) {
  HttpSettings {
    originHeaders = List.copyOf(originHeaders);
  }

  /** A header that all requests to an origin carry. */
  record OriginHeader(String origin, String name, Supplier<String> value) {}
}
