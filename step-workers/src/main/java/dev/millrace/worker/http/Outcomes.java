package dev.millrace.worker.http;

import dev.millrace.worker.Payload;
import dev.millrace.worker.StepResult;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ClientProtocolException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What answers, and their absence, mean for the step. Immutable. */
final class Outcomes {
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");
  private static final Pattern TEXT =
      Pattern.compile(
          "text/.*|application/(xml|x-www-form-urlencoded|x-ndjson|yaml|javascript)|.*\\+(xml|yaml)");

  private final InstantSource clock;

  Outcomes(InstantSource clock) {
    this.clock = clock;
  }

  StepResult of(Answer answer) {
    return Answer.isSuccess(answer.status()) ? succeeded(answer) : failed(answer);
  }

  private static StepResult succeeded(Answer answer) {
    ObjectNode output = RequestReader.JSON.createObjectNode();
    output.put("status", answer.status());
    ObjectNode headers = output.putObject("headers");
    answer
        .headers()
        .forEach(
            (name, value) -> {
              // Credentials of a session; an output is kept in the log of the workflow.
              if (!name.startsWith("set-cookie")) {
                headers.put(name, value);
              }
            });
    try {
      addBody(output, answer);
      return StepResult.succeeded(Payload.json(RequestReader.JSON.writeValueAsBytes(output)));
    } catch (JacksonException e) {
      return StepResult.failedForGood(
          HttpFailures.UNREADABLE_BODY,
          "%s: status %d, but its body is not the JSON that it says, see %s"
              .formatted(answer.request(), answer.status(), RequestReader.place(e)));
    }
  }

  private static void addBody(ObjectNode output, Answer answer) {
    if (answer.body().length == 0) {
      return;
    }
    ContentType type = ContentType.parseLenient(answer.header("content-type"));
    if (new Payload(mediaType(type), answer.body()).isJson()) {
      JsonNode body = RequestReader.JSON.readTree(answer.body());
      output.set("body", body);
    } else if (isText(type)) {
      output.put("body", new String(answer.body(), charset(type)));
    } else {
      output.put("bodyBase64", Base64.getEncoder().encodeToString(answer.body()));
    }
  }

  /** Never empty, which would be JSON. */
  private static String mediaType(@Nullable ContentType type) {
    return type == null || type.getMimeType().isBlank()
        ? "application/octet-stream"
        : type.getMimeType();
  }

  private static boolean isText(@Nullable ContentType type) {
    return TEXT.matcher(mediaType(type).toLowerCase(Locale.ROOT)).matches();
  }

  private static Charset charset(@Nullable ContentType type) {
    return type == null
        ? StandardCharsets.UTF_8
        : Objects.requireNonNullElse(type.getCharset(), StandardCharsets.UTF_8);
  }

  private StepResult failed(Answer answer) {
    StepResult.Failed failed =
        new StepResult.Failed(
            HttpFailures.STATUS + answer.status(),
            "%s: status %d".formatted(answer.request(), answer.status()),
            isRetryable(answer.status()));
    return failed.retryable()
        ? failed.retryAfter(retryAfter(answer.header("retry-after")))
        : failed;
  }

  private static boolean isRetryable(int status) {
    return status == 408 || status == 425 || status == 429 || status >= 500;
  }

  /** What {@code Retry-After} asks for, in seconds or as a date; zero when it asks for nothing. */
  private Duration retryAfter(String header) {
    if (SECONDS.matcher(header).matches()) {
      return Duration.ofSeconds(Long.parseLong(header));
    }
    Instant date = header.isEmpty() ? null : DateUtils.parseStandardDate(header);
    Duration wait = date == null ? Duration.ZERO : Duration.between(clock.instant(), date);
    return wait.isNegative() ? Duration.ZERO : wait;
  }

  static StepResult of(CallFailedException failure) {
    return StepResult.failedForGood(failure.type(), failure.getMessage());
  }

  static StepResult timedOut(Request request) {
    return StepResult.failed(
        HttpFailures.TIMEOUT,
        "%s: no whole answer within %d ms".formatted(request, request.timeout().toMillis()));
  }

  /** The failure of a request that was not sent, since nobody would wait for its answer. */
  static StepResult tooLate(Request request) {
    return StepResult.failed(
        HttpFailures.TIMEOUT, "%s: not sent, the attempt's deadline is over".formatted(request));
  }

  /** The failure that the absence of an answer is. */
  static StepResult of(Request request, IOException e) {
    return switch (e) {
      case EgressRefusedException refused ->
          StepResult.failedForGood(
              HttpFailures.EGRESS_REFUSED, String.valueOf(refused.getMessage()));
      case ResponseTooLargeException tooLarge ->
          StepResult.failedForGood(
              HttpFailures.RESPONSE_TOO_LARGE, "%s: %s".formatted(request, tooLarge.getMessage()));
      case MessageConstraintException tooLarge ->
          StepResult.failedForGood(
              HttpFailures.RESPONSE_TOO_LARGE,
              "%s: the head of the answer has a line of more than %d characters, or more than %d headers"
                  .formatted(request, HttpExchange.HEADER_CHARS, HttpExchange.MAX_HEADERS));
      case UnknownHostException unknown -> retryable(HttpFailures.UNKNOWN_HOST, request, unknown);
      case ConnectionRequestTimeoutException noneFree -> timedOut(request);
      case ConnectTimeoutException timeout ->
          retryable(HttpFailures.CONNECT_TIMEOUT, request, timeout);
      case ConnectException refused -> retryable(HttpFailures.CONNECT_FAILED, request, refused);
      case NoRouteToHostException refused ->
          retryable(HttpFailures.CONNECT_FAILED, request, refused);
      case ClientProtocolException malformed ->
          retryable(HttpFailures.MALFORMED_RESPONSE, request, malformed);
      case MalformedChunkCodingException malformed ->
          retryable(HttpFailures.MALFORMED_RESPONSE, request, malformed);
      case ZipException malformed -> retryable(HttpFailures.MALFORMED_RESPONSE, request, malformed);
      case EOFException malformed -> retryable(HttpFailures.MALFORMED_RESPONSE, request, malformed);
      default ->
          isUntrusted(e)
              ? StepResult.failedForGood(HttpFailures.UNTRUSTED, message(request, e))
              : retryable(HttpFailures.CONNECTION_LOST, request, e);
    };
  }

  private static StepResult retryable(String type, Request request, IOException e) {
    return StepResult.failed(type, message(request, e));
  }

  /** What is known of why; nothing that the service has sent, which other messages quote. */
  private static String message(Request request, IOException e) {
    boolean isOfTheNetwork =
        e instanceof SocketException
            || e instanceof SSLException
            || e instanceof SocketTimeoutException
            || e instanceof UnknownHostException;
    String kind = e.getClass().getSimpleName();
    return "%s: %s".formatted(request, isOfTheNetwork ? kind + ": " + e.getMessage() : kind);
  }

  private static boolean isUntrusted(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException || cause instanceof SSLPeerUnverifiedException) {
        return true;
      }
    }
    return false;
  }
}
