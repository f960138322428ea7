package dev.millrace.worker.internal;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepResult;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes completions. Thread-safe: called by the thread of each command. */
final class Completions {
  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final String worker;

  /**
   * Codecs are not thread-safe, and a virtual thread lives for one command only. No more threads
   * than processors can be encoding at once, so among twice as many codecs one is nearly always
   * free.
   */
  private final AvroCodec<StepCompletion>[] codecs;

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
  Completions(WorkerSettings settings, Producer<byte[], byte[]> producer) {
    this.producer = producer;
    this.topic = settings.topics().completions();
    this.worker = settings.name();
    this.codecs = new AvroCodec[Integer.highestOneBit(cpus() * 4 - 1)];
    for (int i = 0; i < codecs.length; i++) {
      codecs[i] = new AvroCodec<>(StepCompletion.class, topic, settings.registry());
    }
  }

  /**
   * Hands a completion to the producer, which writes it together with others.
   *
   * @param result with its output, if any, as a {@link Payload}
   * @param acknowledged told when the broker has it, or that it will never have it
   */
  void send(
      ConsumerRecord<byte[], byte[]> record,
      StepCommand command,
      StepResult result,
      Instant startedAt,
      Instant endedAt,
      Callback acknowledged) {
    StepCompletion completion = completion(command, startedAt, endedAt);
    switch (result) {
      case StepResult.Succeeded succeeded -> {
        completion.setStatus(CompletionStatus.SUCCEEDED);
        if (succeeded.output() instanceof Payload output) {
          completion.setOutput(avro(output));
        }
      }
      case StepResult.Failed failed -> {
        completion.setStatus(CompletionStatus.FAILED);
        completion.setFailure(avro(failed));
        completion.setRetryAfterMs(retryAfterMs(failed));
      }
      case StepResult.Batch batch -> {
        completion.setStatus(CompletionStatus.SUCCEEDED);
        completion.setResults(batch.results().stream().map(Completions::item).toList());
        completion.setRetryAfterMs(
            batch.results().stream().mapToLong(Completions::retryAfterMs).max().orElse(0));
      }
    }
    write(record, command, completion, acknowledged);
  }

  /**
   * Hands a heartbeat to the producer.
   *
   * @param progress how far the attempt is, if the handler said so
   * @param acknowledged told when the broker has it, or that it will never have it
   */
  void sendHeartbeat(
      ConsumerRecord<byte[], byte[]> record,
      StepCommand command,
      @Nullable Payload progress,
      Instant startedAt,
      Callback acknowledged) {
    StepCompletion completion = completion(command, startedAt, Instant.EPOCH);
    completion.setStatus(CompletionStatus.RUNNING);
    if (progress != null) {
      completion.setOutput(avro(progress));
    }
    write(record, command, completion, acknowledged);
  }

  private StepCompletion completion(StepCommand command, Instant startedAt, Instant endedAt) {
    StepCompletion completion = new StepCompletion();
    completion.setStep(command.getStep());
    completion.setAttempt(command.getAttempt());
    completion.setStartedAt(startedAt);
    completion.setEndedAt(endedAt);
    completion.setWorker(worker);
    completion.setBranch(command.getBranch());
    completion.setResults(List.of());
    return completion;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback is told
  private void write(
      ConsumerRecord<byte[], byte[]> record,
      StepCommand command,
      StepCompletion completion,
      Callback acknowledged) {
    AvroCodec<StepCompletion> codec =
        codecs[(int) Thread.currentThread().threadId() & (codecs.length - 1)];
    byte[] value;
    synchronized (codec) {
      value = codec.encode(completion);
    }
    ProducerRecord<byte[], byte[]> answer =
        new ProducerRecord<>(
            topic, command.getWorkflowId().getBytes(StandardCharsets.UTF_8), value);
    TraceParent.pass(record.headers(), answer.headers());
    producer.send(answer, acknowledged);
  }

  private static ItemResult item(StepResult result) {
    return switch (result) {
      case StepResult.Succeeded succeeded ->
          new ItemResult(succeeded.output() instanceof Payload output ? avro(output) : null, null);
      case StepResult.Failed failed -> new ItemResult(null, avro(failed));
      case StepResult.Batch batch ->
          throw new IllegalArgumentException("the result of an item cannot be a batch");
    };
  }

  private static long retryAfterMs(StepResult result) {
    return result instanceof StepResult.Failed failed ? failed.retryAfter().toMillis() : 0;
  }

  private static Failure avro(StepResult.Failed failed) {
    return new Failure(
        failed.type(), cut(failed.message(), Limits.MESSAGE_CHARS), failed.retryable());
  }

  private static dev.millrace.schemas.v1.Payload avro(Payload payload) {
    return new dev.millrace.schemas.v1.Payload(
        payload.contentType(), ByteBuffer.wrap(payload.data()));
  }

  /** A message of at most a number of characters, with none of them cut in two. */
  static String cut(String message, int end) {
    if (message.length() <= end) {
      return message;
    }
    return message.substring(0, Character.isHighSurrogate(message.charAt(end - 1)) ? end - 1 : end);
  }

  private static int cpus() {
    return Runtime.getRuntime().availableProcessors();
  }
}
