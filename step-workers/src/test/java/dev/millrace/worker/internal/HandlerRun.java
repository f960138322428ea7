package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.worker.InMemoryRegistry;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.spi.PayloadCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** Runs single commands through a worker on mock clients. */
public final class HandlerRun {
  public final InMemoryRegistry registry = new InMemoryRegistry();
  private final Map<String, StepHandler> handlers;

  private final PayloadCodec payloads;

  public HandlerRun(Map<String, StepHandler> handlers) {
    this(handlers, PayloadCodec.NONE);
  }

  public HandlerRun(Map<String, StepHandler> handlers, PayloadCodec payloads) {
    this.handlers = handlers;
    this.payloads = payloads;
  }

  /** What the worker answers to a command. */
  public StepCompletion completion(StepCommand command) {
    return completion(command, new RecordHeaders());
  }

  public StepCompletion completion(StepCommand command, RecordHeaders headers) {
    try (FakeKafka kafka =
        new FakeKafka(4, Map.of(), false, Duration.ofSeconds(10), handlers, registry, payloads)) {
      kafka.start(0);
      byte[] bytes = kafka.encode(command);
      kafka.onPollThread(() -> kafka.addRecord(0, command.getWorkflowId(), bytes, headers));
      kafka.awaitSent(1);
      ProducerRecord<byte[], byte[]> record = kafka.producer.history().getFirst();
      assertThat(record.topic()).isEqualTo(FakeKafka.TOPICS.completions());
      assertThat(kafka.runtime.failure()).isEmpty();
      return kafka.decode(record);
    }
  }

  /** The text of the output of a command that succeeds. */
  public String output(StepCommand command) {
    StepCompletion completion = completion(command);
    assertThat(completion.getStatus())
        .as(String.valueOf(completion.getFailure()))
        .isEqualTo(CompletionStatus.SUCCEEDED);
    return StandardCharsets.UTF_8.decode(completion.getOutput().getData()).toString();
  }

  /** Why a command fails. */
  public Failure failure(StepCommand command) {
    StepCompletion completion = completion(command);
    assertThat(completion.getStatus()).isEqualTo(CompletionStatus.FAILED);
    return completion.getFailure();
  }
}
