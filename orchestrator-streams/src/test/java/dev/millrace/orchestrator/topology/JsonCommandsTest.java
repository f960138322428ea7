package dev.millrace.orchestrator.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.definition.WorkflowDefinitions;
import dev.millrace.schemas.HeaderNames;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Payload;
import java.nio.ByteBuffer;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;

class JsonCommandsTest extends DrivenEngineCase {
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private static RecordHeaders headers(String... namesAndValues) {
    RecordHeaders headers = new RecordHeaders();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.add(namesAndValues[i], namesAndValues[i + 1].getBytes(UTF_8));
    }
    return headers;
  }

  @Test
  void commandsOfAJsonQueueAreJsonAndSoMayTheirCompletionsBe() {
    engine.define(
        WorkflowDefinitions.define("mixed", 1)
            .step("in-json", step -> step.queue(DrivenEngine.JSON_QUEUE))
            .step("in-avro", step -> step.queue("queue").dependsOn("in-json"))
            .build());
    Payload input = new Payload("", ByteBuffer.wrap("{ \"a\": 1 }".getBytes(UTF_8)));
    engine.send(
        engine.topics.starts(),
        new TestRecord<>(
            "w".getBytes(UTF_8),
            engine.startBytesOf("mixed", 1, input),
            headers(HeaderNames.TRACEPARENT, TRACE),
            DrivenEngine.NOON));

    TestRecord<byte[], byte[]> command =
        engine.read(engine.topics.commands(DrivenEngine.JSON_QUEUE)).getFirst();
    assertThat(new String(command.value(), UTF_8))
        .isEqualTo(
            "{\"workflowId\":\"w\",\"step\":\"in-json\",\"attempt\":1,\"type\":\"in-json\","
                + "\"definition\":\"mixed\",\"definitionVersion\":1,\"input\":{\"a\":1},\"priority\":5}");
    assertThat(header(command, HeaderNames.CONTENT_TYPE)).isEqualTo("application/json");
    assertThat(header(command, HeaderNames.TRACEPARENT)).isEqualTo(TRACE);

    engine.send(
        engine.topics.completions(),
        new TestRecord<>(
            "w".getBytes(UTF_8),
            "{\"step\":\"in-json\",\"attempt\":1,\"status\":\"SUCCEEDED\",\"output\":[7]}"
                .getBytes(UTF_8),
            headers(HeaderNames.CONTENT_TYPE, "application/json", HeaderNames.TRACEPARENT, TRACE),
            DrivenEngine.NOON));
    assertThat(engine.commands())
        .singleElement()
        .satisfies(next -> assertThat(next.getStep()).isEqualTo("in-avro"));
    assertThat(engine.eventTypes()).contains(EventType.STEP_SUCCEEDED);
  }

  @Test
  void commandOfAnotherQueueSaysNothingOfJson() {
    engine.define(
        WorkflowDefinitions.define("avro", 1).step("s", step -> step.queue("queue")).build());
    engine.start("w", "avro");
    assertThat(engine.commandHeaders())
        .singleElement()
        .satisfies(headers -> assertThat(headers.lastHeader(HeaderNames.CONTENT_TYPE)).isNull());
  }
}
