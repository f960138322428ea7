package dev.millrace.worker.http;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** HTTP steps that call a service of the test. */
abstract class HttpStepCase {
  static final EgressPolicy LOCAL =
      EgressPolicy.builder().allow("http://127.0.0.1:*").allowNetwork("127.0.0.1/32").build();
  static final Instant NOW = Instant.parse("2026-11-21T08:00:00Z");

  final WireMockServer service =
      new WireMockServer(WireMockConfiguration.options().bindAddress("127.0.0.1").dynamicPort());

  @BeforeEach
  void start() {
    service.start();
  }

  @AfterEach
  void stop() {
    service.stop();
  }

  String url(String path) {
    return "http://127.0.0.1:" + service.port() + path;
  }

  void answer(ResponseDefinitionBuilder response) {
    service.stubFor(any(anyUrl()).willReturn(response));
  }

  StepResult call(String fields) throws Exception {
    return call(HttpStep.builder(), fields);
  }

  StepResult call(HttpStep.Builder step, String fields) throws Exception {
    return call(step, Contexts.of("{\"url\": \"" + url("/a") + "\"" + fields + "}"));
  }

  static StepResult call(HttpStep.Builder builder, StepContext context) throws Exception {
    try (HttpStep step = builder.egress(LOCAL).clock(() -> NOW).build()) {
      return step.handle(context);
    }
  }

  static String output(StepResult result) {
    assertThat(result).isInstanceOf(StepResult.Succeeded.class);
    Payload output = (Payload) ((StepResult.Succeeded) result).output();
    assertThat(output).isNotNull();
    assertThat(output.isJson()).isTrue();
    return new String(output.data(), StandardCharsets.UTF_8);
  }

  static StepResult.Failed failure(StepResult result) {
    assertThat(result).isInstanceOf(StepResult.Failed.class);
    return (StepResult.Failed) result;
  }
}
