package dev.millrace.worker;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.worker.http.EgressPolicy;
import dev.millrace.worker.http.HttpStep;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

final class HttpStepOnABrokerTest {
  @Test
  void commandsCallAServiceAndTheirCompletionsSayWhatItAnswered() throws Exception {
    WireMockServer service =
        new WireMockServer(WireMockConfiguration.options().bindAddress("127.0.0.1").dynamicPort());
    service.start();
    try (EmbeddedKafka kafka = EmbeddedKafka.builder().start();
        Installation installation = new Installation(kafka.bootstrapServers(), 1);
        HttpStep http =
            HttpStep.builder()
                .egress(
                    EgressPolicy.builder()
                        .allow("http://127.0.0.1:" + service.port())
                        .allowNetwork("127.0.0.1/32")
                        .build())
                .build();
        Worker worker = installation.worker().handler(HttpStep.TYPE, http).build()) {
      service.stubFor(post("/orders").willReturn(okJson("{\"id\":7}")));
      service.stubFor(
          get("/busy").willReturn(aResponse().withStatus(503).withHeader("Retry-After", "60")));
      send(installation, "good", url(service, "/orders"), ",\"body\":{\"pieces\":3}");
      send(installation, "busy", url(service, "/busy"), "");
      send(installation, "private", "http://10.0.0.1/", "");
      worker.start();

      await().untilAsserted(() -> assertThat(installation.completions()).hasSize(3));
      Map<String, StepCompletion> answers = new HashMap<>();
      for (ConsumerRecord<byte[], byte[]> each : installation.completions()) {
        StepCompletion completion = installation.decode(each);
        answers.put(new String(each.key(), StandardCharsets.UTF_8), completion);
      }
      StepCompletion good = Objects.requireNonNull(answers.get("good"));
      StepCompletion busy = Objects.requireNonNull(answers.get("busy"));
      StepCompletion refused = Objects.requireNonNull(answers.get("private"));
      assertThat(good.getStatus())
          .as(String.valueOf(good.getFailure()))
          .isEqualTo(CompletionStatus.SUCCEEDED);
      assertThat(StandardCharsets.UTF_8.decode(good.getOutput().getData()).toString())
          .startsWith("{\"status\":200,")
          .endsWith("\"body\":{\"id\":7}}");
      service.verify(
          postRequestedFor(urlEqualTo("/orders")).withHeader("Idempotency-Key", equalTo("good/s")));
      assertThat(busy.getFailure().getType()).isEqualTo("http.status-503");
      assertThat(busy.getRetryAfterMs()).isEqualTo(60_000);
      assertThat(refused.getFailure().getType()).isEqualTo("http.egress-refused");
    } finally {
      service.stop();
    }
  }

  private static String url(WireMockServer service, String path) {
    return "http://127.0.0.1:" + service.port() + path;
  }

  private static void send(Installation installation, String workflow, String url, String fields) {
    String input = "{\"url\":\"%s\"%s}".formatted(url, fields);
    installation.send(0, Commands.command(workflow, HttpStep.TYPE, Commands.payload("", input)));
  }
}
