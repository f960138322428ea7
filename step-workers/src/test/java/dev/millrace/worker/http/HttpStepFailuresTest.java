package dev.millrace.worker.http;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.http.Fault;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.resilience.Resilience;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an HTTP step says of answers that are bad, late, or none. */
final class HttpStepFailuresTest extends HttpStepCase {
  private static final InstantSource AT_NOW = InstantSource.fixed(NOW);

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
}
