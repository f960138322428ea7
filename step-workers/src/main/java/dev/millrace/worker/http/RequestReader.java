package dev.millrace.worker.http;

import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what a step is to send from its input. Immutable. */
final class RequestReader {
  /** Longest timeout that a request may ask for. */
  static final Duration LONGEST_TIMEOUT = Duration.ofHours(1);

  /** Reads and writes numbers as they are. */
  static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private static final List<String> METHODS =
      List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  private static final Set<String> FIELDS =
      Set.of("method", "url", "headers", "query", "body", "timeout");
  private static final Pattern TIMEOUT = Pattern.compile("([0-9]{1,9})(ms|s|m)");

  private final HttpSettings settings;

  RequestReader(HttpSettings settings) {
    this.settings = settings;
  }

  /**
   * The request that the step's input says, with what the step adds.
   *
   * @throws CallFailedException as {@link HttpFailures#INVALID_REQUEST}
   */
  Request read(StepContext context) throws CallFailedException {
    JsonNode input = tree(context);
    for (Map.Entry<String, JsonNode> field : input.properties()) {
      if (!FIELDS.contains(field.getKey())) {
        throw invalid(
            "'%s': is no field of a request, which has %s"
                .formatted(field.getKey(), FIELDS.stream().sorted().toList()));
      }
    }
    JsonNode url = input.path("url");
    if (!url.isString()) {
      throw invalid("url: must be a text");
    }
    JsonNode body = input.path("body");
    boolean hasBody = !body.isMissingNode() && !body.isNull();
    Request bare =
        new Request(
            method(input.path("method"), hasBody),
            Target.of(withQuery(url.stringValue(), input.path("query"))),
            headers(input.path("headers")),
            hasBody ? bytes(body) : null,
            shortened(timeout(input.path("timeout")), context));
    return withHeadersOfStep(bare, hasBody ? body : null, context);
  }

  private static JsonNode tree(StepContext context) throws CallFailedException {
    if (context.hasItems()) {
      throw invalid("a batch of items: an HTTP step sends one request; leave out its batchSize");
    }
    Payload payload = context.input().orElse(null);
    if (payload == null) {
      throw invalid("there is no input: give the step one with a url");
    }
    if (!payload.isJson()) {
      throw invalid("the input is %s: must be JSON".formatted(payload.contentType()));
    }
    JsonNode input;
    try {
      input = JSON.readTree(payload.data());
    } catch (JacksonException e) {
      throw invalid("the input is not JSON, see " + place(e));
    }
    if (!input.isObject()) {
      throw invalid("the input is not a JSON object");
    }
    return input;
  }

  private static String method(JsonNode method, boolean hasBody) throws CallFailedException {
    if (method.isMissingNode() || method.isNull()) {
      return hasBody ? "POST" : "GET";
    }
    String name = method.isString() ? method.stringValue().toUpperCase(Locale.ROOT) : "";
    if (!METHODS.contains(name)) {
      throw invalid("method: must be one of " + METHODS);
    }
    if (hasBody && (name.equals("GET") || name.equals("HEAD"))) {
      throw invalid("body: a %s has none".formatted(name));
    }
    return name;
  }

  private static String withQuery(String url, JsonNode query) throws CallFailedException {
    if (query.isMissingNode() || query.isNull()) {
      return url;
    }
    if (!query.isObject()) {
      throw invalid("query: must be an object");
    }
    int fragment = url.indexOf('#');
    StringBuilder whole = new StringBuilder(fragment < 0 ? url : url.substring(0, fragment));
    for (Map.Entry<String, JsonNode> each : query.properties()) {
      for (String value : values("query '" + each.getKey() + "'", each.getValue())) {
        whole.append(whole.indexOf("?") < 0 ? '?' : '&');
        whole.append(PercentEncoding.ofQuery(each.getKey()));
        whole.append('=').append(PercentEncoding.ofQuery(value));
      }
    }
    return whole.toString();
  }

  private static List<Request.Header> headers(JsonNode headers) throws CallFailedException {
    List<Request.Header> read = new ArrayList<>();
    if (headers.isMissingNode() || headers.isNull()) {
      return read;
    }
    if (!headers.isObject()) {
      throw invalid("headers: must be an object");
    }
    for (Map.Entry<String, JsonNode> each : headers.properties()) {
      String name = each.getKey();
      check(Headers.problemOfName(name));
      for (String value : values("header '" + name + "'", each.getValue())) {
        check(Headers.problemOfValue(name, value));
        read.add(new Request.Header(name, value, false));
      }
    }
    if (read.size() > Headers.MAX) {
      throw invalid("headers: %d, the limit is %d".formatted(read.size(), Headers.MAX));
    }
    return read;
  }

  /** A text, number or boolean, or a list of them; none for null. */
  private static List<String> values(String what, JsonNode value) throws CallFailedException {
    List<String> values = new ArrayList<>();
    for (JsonNode each : value.isArray() ? value : List.of(value)) {
      if (each.isContainer()) {
        throw invalid(what + ": must be a text, number or boolean, or a list of them");
      }
      if (!each.isNull()) {
        values.add(each.asString());
      }
    }
    return values;
  }

  private static byte[] bytes(JsonNode body) {
    return body.isString()
        ? body.stringValue().getBytes(StandardCharsets.UTF_8)
        : JSON.writeValueAsBytes(body);
  }

  private Duration timeout(JsonNode timeout) throws CallFailedException {
    if (timeout.isMissingNode() || timeout.isNull()) {
      return settings.timeout();
    }
    Matcher form = TIMEOUT.matcher(timeout.isString() ? timeout.stringValue() : "");
    Duration asked =
        form.matches() ? duration(Long.parseLong(form.group(1)), form.group(2)) : Duration.ZERO;
    if (!asked.isPositive() || asked.compareTo(LONGEST_TIMEOUT) > 0) {
      throw invalid(
          "timeout: must be a number with ms, s or m, from 1ms to %dm"
              .formatted(LONGEST_TIMEOUT.toMinutes()));
    }
    return asked;
  }

  /** The timeout, or what is left until the attempt's deadline. */
  private Duration shortened(Duration timeout, StepContext context) {
    Instant deadline = context.deadline().orElse(Instant.MAX);
    Instant now = context.clock().instant();
    if (now.plus(timeout).isBefore(deadline)) {
      return timeout;
    }
    return now.isBefore(deadline) ? Duration.between(now, deadline) : Duration.ZERO;
  }

  /** Where text is not JSON; not what stands there, it may be a secret. */
  static String place(JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    return at == null
        ? e.getClass().getSimpleName()
        : "line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
  }

  private static Duration duration(long number, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      default -> Duration.ofMinutes(number);
    };
  }

  private Request withHeadersOfStep(Request bare, @Nullable JsonNode body, StepContext context) {
    List<Request.Header> headers = new ArrayList<>(bare.headers());
    if (body != null && !bare.has("Content-Type")) {
      String type = body.isString() ? "text/plain; charset=UTF-8" : "application/json";
      headers.add(new Request.Header("Content-Type", type, true));
    }
    String keyHeader = settings.idempotencyHeader();
    if (!keyHeader.isEmpty() && !bare.isSafe() && !bare.has(keyHeader)) {
      String key = PercentEncoding.ofHeader(settings.idempotencyKey().apply(context));
      headers.add(new Request.Header(keyHeader, key, true));
    }
    if (!bare.has("traceparent")) {
      context
          .traceparent()
          .ifPresent(trace -> headers.add(new Request.Header("traceparent", trace, true)));
    }
    return new Request(bare.method(), bare.target(), headers, bare.body(), bare.timeout());
  }

  private static void check(@Nullable String problem) throws CallFailedException {
    if (problem != null) {
      throw invalid(problem);
    }
  }

  private static CallFailedException invalid(String why) {
    return new CallFailedException(HttpFailures.INVALID_REQUEST, "request: " + why);
  }
}
