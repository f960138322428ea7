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

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HttpStepTest extends HttpStepCase {
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
