package dev.millrace.worker.http;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.patchRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.resilience.Resilience;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpStepTest {
  private static final EgressPolicy LOCAL =
      EgressPolicy.builder().allow("http://127.0.0.1:*").allowNetwork("127.0.0.1/32").build();
  private static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");
  private static final InstantSource AT_NOW = InstantSource.fixed(NOW);

  private final WireMockServer service =
      new WireMockServer(WireMockConfiguration.options().bindAddress("127.0.0.1").dynamicPort());

  @BeforeEach
  void start() {
    service.start();
  }

  @AfterEach
  void stop() {
    service.stop();
  }

  private String url(String path) {
    return "http://127.0.0.1:" + service.port() + path;
  }

  private void answer(ResponseDefinitionBuilder response) {
    service.stubFor(any(anyUrl()).willReturn(response));
  }

  private StepResult call(String fields) throws Exception {
    return call(HttpStep.builder(), fields);
  }

  private StepResult call(HttpStep.Builder step, String fields) throws Exception {
    return call(step, Contexts.of("{\"url\": \"" + url("/a") + "\"" + fields + "}"));
  }

  private static StepResult call(HttpStep.Builder builder, StepContext context) throws Exception {
    try (HttpStep step = builder.egress(LOCAL).clock(() -> NOW).build()) {
      return step.handle(context);
    }
  }

  private static String output(StepResult result) {
    assertThat(result).isInstanceOf(StepResult.Succeeded.class);
    Payload output = (Payload) ((StepResult.Succeeded) result).output();
    assertThat(output).isNotNull();
    assertThat(output.isJson()).isTrue();
    return new String(output.data(), StandardCharsets.UTF_8);
  }

  private static StepResult.Failed failure(StepResult result) {
    assertThat(result).isInstanceOf(StepResult.Failed.class);
    return (StepResult.Failed) result;
  }

  @Test
  void requestIsWhatTheInputSaysAndTheOutputWhatTheServiceAnswers() throws Exception {
    answer(
        okJson("{\"id\": 7, \"total\": 12345678901234567890.10}").withHeader("X-Page", "1", "2"));

    StepResult result =
        call(
            """
            , "method": "put", "headers": {"X-Shop": "s1", "X-Tag": ["a", 2], "X-Not": null},
            "query": {"q": "a b&ä", "n": [1, 2.50, true]}, "body": {"price": 0.10, "of": [null]}
            """);

    assertThat(output(result))
        .contains("\"status\":200", "\"x-page\":\"1, 2\"")
        .contains("\"body\":{\"id\":7,\"total\":12345678901234567890.10}");
    String query = "?q=a%20b%26%C3%A4&n=1&n=2.50&n=true";
    service.verify(
        putRequestedFor(urlEqualTo("/a" + query))
            .withHeader("X-Shop", equalTo("s1"))
            .withHeader("X-Tag", equalTo("a"))
            .withHeader("X-Tag", equalTo("2"))
            .withHeader("X-Not", absent())
            .withHeader("Content-Type", equalTo("application/json"))
            .withHeader("User-Agent", equalTo("millrace"))
            .withRequestBody(equalTo("{\"price\":0.10,\"of\":[null]}")));
  }

  @Test
  void bodyThatIsTextIsSentAsItIs() throws Exception {
    answer(aResponse());

    assertThat(output(call(", \"body\": \"<é/>\", \"headers\": {\"content-type\": \"text/xml\"}")))
        .contains("\"status\":200")
        .doesNotContain("body");
    output(call(", \"body\": \"<é/>\", \"method\": \"PATCH\""));

    service.verify(
        postRequestedFor(anyUrl())
            .withHeader("Content-Type", equalTo("text/xml"))
            .withRequestBody(equalTo("<é/>")));
    service.verify(
        patchRequestedFor(anyUrl())
            .withHeader("Content-Type", equalTo("text/plain; charset=UTF-8")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/plain; charset=iso-8859-1 | é  | \"body\":\"é\"",
        "application/problem+json       | {} | \"body\":{}",
        "application/json               | 1  | \"body\":1",
        "application/xml                | <a/> | \"body\":\"<a/>\"",
        "image/png                      | é  | \"bodyBase64\":\"6Q==\"",
      })
  void bodyOfTheOutputGoesByItsContentType(String type, String body, String field)
      throws Exception {
    answer(
        aResponse()
            .withHeader("Content-Type", type)
            .withBody(body.getBytes(StandardCharsets.ISO_8859_1)));

    assertThat(output(call(""))).contains(field);
  }

  @Test
  void packedBodyIsUnpacked() throws Exception {
    answer(okJson("[\"" + "x".repeat(100_000) + "\"]"));

    assertThat(output(call(""))).contains("x".repeat(100_000));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"a\": ", "canary", "{\"a\": canary}", "NESTED"})
  void whatIsNotTheJsonThatItSaysIsAFailureForGood(String body) throws Exception {
    answer(okJson(body.replace("NESTED", "[".repeat(500) + "]".repeat(500))));

    StepResult.Failed failure = failure(call(""));

    assertThat(failure.message()).doesNotContain("canary");

    assertThat(failure.type()).isEqualTo(HttpFailures.UNREADABLE_BODY);
    assertThat(failure.retryable()).isFalse();
  }

  @Test
  void requestThatMayChangeSomethingHasTheIdempotencyKeyOfAllAttemptsOfItsStep() throws Exception {
    answer(aResponse());

    call(", \"method\": \"POST\"");
    call(HttpStep.builder().idempotencyHeader("X-Key").idempotencyKey(c -> "ü 1"), ", \"body\": 1");
    call(", \"method\": \"DELETE\", \"headers\": {\"idempotency-key\": \"mine\"}");
    call("");

    service.verify(
        1, anyRequestedFor(anyUrl()).withHeader("Idempotency-Key", equalTo(Contexts.KEY)));
    service.verify(
        1,
        anyRequestedFor(anyUrl())
            .withHeader("X-Key", equalTo("%C3%BC%201"))
            .withHeader("Idempotency-Key", absent()));
    service.verify(1, anyRequestedFor(anyUrl()).withHeader("Idempotency-Key", equalTo("mine")));
    service.verify(1, getRequestedFor(anyUrl()).withHeader("Idempotency-Key", absent()));
    service.verify(
        4, anyRequestedFor(anyUrl()).withHeader("traceparent", equalTo(Contexts.TRACEPARENT)));
  }

  @Test
  void everyBranchHasAnIdempotencyKeyOfItsOwn() throws Exception {
    answer(aResponse());
    String input = "{\"url\": \"" + url("/a") + "\", \"method\": \"POST\"}";
    Optional<Payload> payload = Optional.of(Payload.json(input.getBytes(StandardCharsets.UTF_8)));

    call(HttpStep.builder(), Contexts.of(Map.of("input", payload, "branch", OptionalInt.of(7))));

    service.verify(
        postRequestedFor(anyUrl()).withHeader("Idempotency-Key", equalTo(Contexts.KEY + "/7")));
  }

  @Test
  void noRequestOutlivesTheDeadlineOfItsAttempt() throws Exception {
    answer(aResponse().withFixedDelay(60_000));
    String input = "{\"url\": \"" + url("/a") + "\", \"timeout\": \"5m\"}";
    Optional<Payload> payload = Optional.of(Payload.json(input.getBytes(StandardCharsets.UTF_8)));

    StepResult.Failed sent =
        failure(
            call(
                HttpStep.builder(),
                Contexts.of(
                    Map.of(
                        "input",
                        payload,
                        "clock",
                        AT_NOW,
                        "deadline",
                        Optional.of(NOW.plusMillis(300))))));
    StepResult.Failed tooLate =
        failure(
            call(
                HttpStep.builder(),
                Contexts.of(
                    Map.of("input", payload, "clock", AT_NOW, "deadline", Optional.of(NOW)))));

    assertThat(sent.message()).endsWith("no whole answer within 300 ms");
    assertThat(tooLate.message()).endsWith("not sent, the attempt's deadline is over");
    assertThat(List.of(sent.type(), tooLate.type())).containsOnly(HttpFailures.TIMEOUT);
    service.verify(1, anyRequestedFor(anyUrl()));
  }

  @Test
  void headersOfAnOriginGoToThatOriginAlone() throws Exception {
    answer(aResponse());
    HttpStep.Builder step =
        HttpStep.builder()
            .header(url(""), "Authorization", () -> "Bearer canary")
            .header("https://other.example", "X-Other", () -> "canary");

    call(step, ", \"headers\": {\"Authorization\": \"of the definition\"}");

    service.verify(
        getRequestedFor(anyUrl())
            .withHeader("Authorization", equalTo("Bearer canary"))
            .withHeader("X-Other", absent()));
  }

  @ParameterizedTest
  @CsvSource({
    "400, false", "401, false", "404, false", "409, false", "422, false", "304, false",
        "302, false",
    "408, true", "425, true", "429, true", "500, true", "502, true", "503, true", "504, true"
  })
  void statusSaysWhetherAnotherAttemptMayHelp(int status, boolean retryable) throws Exception {
    answer(
        aResponse()
            .withStatus(status)
            .withHeader("Content-Type", "application/json")
            .withBody(status == 304 ? "" : "{\"reason\": \"canary\"}"));

    StepResult.Failed failure = failure(call(", \"query\": {\"token\": \"canary\"}"));

    assertThat(failure.type()).isEqualTo("http.status-" + status);
    assertThat(failure.retryable()).isEqualTo(retryable);
    assertThat(failure.message())
        .isEqualTo("GET http://127.0.0.1:%d: status %d", service.port(), status);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "429 | 120                           | 120",
        "503 | Sat, 21 Nov 2026 08:01:30 GMT | 90",
        "503 | Sat, 21 Nov 2026 07:00:00 GMT | 0",
        "503 | 999999999                     | 86400",
        "503 | soon                          | 0",
        "503 | -1                            | 0",
        "404 | 120                           | 0",
      })
  void retryAfterIsHonouredWhereAnotherAttemptMayHelp(int status, String header, long seconds)
      throws Exception {
    answer(aResponse().withStatus(status).withHeader("Retry-After", header));

    assertThat(failure(call("")).retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void brokenAnswersMayBeTriedAgain(Fault fault) throws Exception {
    answer(aResponse().withFault(fault));

    StepResult.Failed failure = failure(call(""));

    assertThat(failure.type()).isIn(HttpFailures.CONNECTION_LOST, HttpFailures.MALFORMED_RESPONSE);
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void answerThatIsLateOrDripsIsATimeout() throws Exception {
    answer(aResponse().withFixedDelay(60_000));
    assertTimeout(failure(call(", \"timeout\": \"100ms\"")));

    answer(aResponse().withBody("x".repeat(1_000)).withChunkedDribbleDelay(1_000, 60_000));
    assertTimeout(failure(call(HttpStep.builder().timeout(Duration.ofMillis(200)), "")));
  }

  @Test
  void breakerSavesAServiceFromCalls() throws Exception {
    answer(aResponse().withStatus(503));
    try (HttpStep step = HttpStep.builder().egress(LOCAL).build()) {
      StepHandler guarded =
          Resilience.of(HttpStep.TYPE)
              .circuitBreaker(100, 2, Duration.ofHours(1))
              .maxWait(Duration.ofMillis(100))
              .build()
              .around(HttpStep.TYPE, step);
      for (String type : List.of("http.status-503", "http.status-503", Resilience.CIRCUIT_OPEN)) {
        StepResult result = guarded.handle(Contexts.of("{\"url\": \"" + url("/a") + "\"}"));
        assertThat(failure(result).type()).isEqualTo(type);
      }
    }
    service.verify(2, anyRequestedFor(anyUrl()));
  }

  private static void assertTimeout(StepResult.Failed failure) {
    assertThat(failure.type()).isEqualTo(HttpFailures.TIMEOUT);
    assertThat(failure.retryable()).isTrue();
    assertThat(failure.message()).contains("00 ms");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "nonsense",
        "{\"url\": 1}",
        "{\"url\": \"http://127.0.0.1/\", \"url\": \"http://10.0.0.1/\"}",
        "{\"url\": \"http://127.0.0.1/\", \"verb\": \"GET\"}",
        "{\"url\": \"http://127.0.0.1/\", \"method\": \"TRACE\"}",
        "{\"url\": \"http://127.0.0.1/\", \"method\": \"CONNECT\"}",
        "{\"url\": \"http://127.0.0.1/\", \"method\": \"GET / HTTP/1.1\\r\\nX: y\"}",
        "{\"url\": \"http://127.0.0.1/\", \"method\": \"GET\", \"body\": 1}",
        "{\"url\": \"http://127.0.0.1/\", \"headers\": []}",
        "{\"url\": \"http://127.0.0.1/\", \"headers\": {\"a b\": \"c\"}}",
        "{\"url\": \"http://127.0.0.1/\", \"headers\": {\"a\": \"b\\r\\nX: y\"}}",
        "{\"url\": \"http://127.0.0.1/\", \"headers\": {\"a\": \"ü\"}}",
        "{\"url\": \"http://127.0.0.1/\", \"headers\": {\"a\": {}}}",
        "{\"url\": \"http://127.0.0.1/\", \"headers\": {\"Host\": \"10.0.0.1\"}}",
        "{\"url\": \"http://127.0.0.1/\", \"headers\": {\"content-length\": 1}}",
        "{\"url\": \"http://127.0.0.1/\", \"headers\": {\"Transfer-Encoding\": \"chunked\"}}",
        "{\"url\": \"http://127.0.0.1/\", \"query\": \"a\"}",
        "{\"url\": \"http://127.0.0.1/\", \"query\": {\"a\": [[]]}}",
        "{\"url\": \"http://127.0.0.1/\", \"timeout\": 30}",
        "{\"url\": \"http://127.0.0.1/\", \"timeout\": \"0s\"}",
        "{\"url\": \"http://127.0.0.1/\", \"timeout\": \"61m\"}",
      })
  void whatIsNoRequestIsRefused(String input) throws Exception {
    StepResult.Failed failure = failure(call(HttpStep.builder(), Contexts.of(input)));

    assertThat(failure.type()).isEqualTo(HttpFailures.INVALID_REQUEST);
    assertThat(failure.retryable()).isFalse();
  }

  @Test
  void inputThatIsMissingOrNotJsonOrABatchIsRefused() throws Exception {
    Payload bytes = new Payload("application/avro", new byte[1]);
    for (Map<String, Object> answers :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("input", Optional.of(bytes)),
            Map.of("items", List.of(Payload.json(new byte[0]))))) {
      StepResult.Failed failure = failure(call(HttpStep.builder(), Contexts.of(answers)));
      assertThat(failure.type()).isEqualTo(HttpFailures.INVALID_REQUEST);
    }
  }

  @Test
  void redirectsAreFollowedAsBrowsersDo() throws Exception {
    service.stubFor(any(urlEqualTo("/a")).willReturn(redirect(307, "/b?c")));
    service.stubFor(any(urlEqualTo("/b?c")).willReturn(redirect(303, url("/d"))));
    service.stubFor(any(urlEqualTo("/d")).willReturn(okJson("[]")));

    output(call(", \"body\": {\"a\": 1}, \"headers\": {\"Authorization\": \"secret\"}"));

    service.verify(postRequestedFor(urlEqualTo("/b?c")).withRequestBody(equalToJson("{\"a\": 1}")));
    service.verify(
        getRequestedFor(urlEqualTo("/d"))
            .withHeader("Authorization", equalTo("secret"))
            .withHeader("Content-Type", absent()));
  }

  private static ResponseDefinitionBuilder redirect(int status, String location) {
    return aResponse().withStatus(status).withHeader("Location", location);
  }

  @Test
  void redirectsEndAtTheirLimit() throws Exception {
    service.stubFor(any(anyUrl()).willReturn(redirect(302, "/a")));

    StepResult.Failed failure = failure(call(""));

    assertThat(failure.type()).isEqualTo(HttpFailures.TOO_MANY_REDIRECTS);
    assertThat(failure.retryable()).isFalse();
    service.verify(4, getRequestedFor(anyUrl()));
    failure(call(HttpStep.builder().maxRedirects(0), ""));
    service.verify(5, getRequestedFor(anyUrl()));
  }

  @Test
  void settingsOutOfTheirBoundsAreRefused() {
    HttpStep.Builder step = HttpStep.builder();

    assertThatIllegalArgumentException().isThrownBy(() -> step.timeout(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> step.connectTimeout(Duration.ofDays(1)));
    assertThatIllegalArgumentException().isThrownBy(() -> step.maxRedirects(11));
    assertThatIllegalArgumentException().isThrownBy(() -> step.maxResponseBytes(0));
    assertThatIllegalArgumentException().isThrownBy(() -> step.connectionsPerHost(0));
    assertThatIllegalArgumentException().isThrownBy(() -> step.idempotencyHeader("a b"));
    assertThatIllegalArgumentException().isThrownBy(() -> step.header("x", "A", () -> "b"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> step.header("https://a.example", "Host", () -> "b"));
    assertThatIllegalStateException().isThrownBy(step::build).withMessage("egress: must be set");
  }
}
