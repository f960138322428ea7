package dev.millrace.cli.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.orchestrator.codec.DefinitionCodec;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Publishes definitions and starts many workflows with one producer. Not thread-safe. */
public final class WorkflowStarter implements AutoCloseable {
  private final Topics topics;
  private final AvroCodec<dev.millrace.schemas.v1.WorkflowDefinition> definitions;
  private final AvroCodec<WorkflowStart> starts;
  private final KafkaProducer<byte[], byte[]> producer;
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  public WorkflowStarter(Connection connection) {
    topics = connection.topics();
    SchemaRegistry registry = connection.registry();
    definitions =
        new AvroCodec<>(
            dev.millrace.schemas.v1.WorkflowDefinition.class, topics.definitions(), registry);
    starts = new AvroCodec<>(WorkflowStart.class, topics.starts(), registry);
    producer =
        new KafkaProducer<>(
            connection.kafka(
                Map.of(
                    "acks",
                    "all",
                    "linger.ms",
                    0,
                    "max.request.size",
                    Limits.RECORD_BYTES,
                    // Its topics may be new. A partition that refused the first batch and took the
                    // second would wait for the missing sequence numbers for two minutes.
                    "max.in.flight.requests.per.connection",
                    1)),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * Publishes a definition and waits for the acknowledgement.
   *
   * @throws CommandFailedException when Kafka does not take it
   */
  public void register(WorkflowDefinition definition) {
    send(
        topics.definitions(),
        definition.name() + "/" + definition.version(),
        definitions.encode(DefinitionCodec.toAvro(definition)));
    flush();
  }

  /**
   * Asks for one workflow. Whether Kafka took it is known after {@link #flush}.
   *
   * @param input JSON in UTF-8; null for none
   */
  public void start(String workflowId, WorkflowDefinition definition, byte @Nullable [] input) {
    send(
        topics.starts(),
        workflowId,
        starts.encode(
            WorkflowStart.newBuilder()
                .setDefinition(definition.name())
                .setVersion(definition.version())
                .setInput(
                    input == null
                        ? null
                        : Payload.newBuilder().setData(ByteBuffer.wrap(input)).build())
                .setOnDuplicate(DuplicatePolicy.REJECT)
                .build()));
  }

  /**
   * Waits until everything is acknowledged.
   *
   * @throws CommandFailedException when Kafka did not take something
   */
  public void flush() {
    producer.flush();
    Exception reason = failure.get();
    if (reason != null) {
      throw new CommandFailedException(
          "Kafka does not take a record: " + reason.getMessage(), reason);
    }
  }

  private void send(String topic, String key, byte[] value) {
    Future<RecordMetadata> unused = // its callback keeps the failure
        producer.send(
            new ProducerRecord<>(topic, key.getBytes(UTF_8), value),
            (acknowledged, reason) -> {
              if (reason != null) {
                failure.compareAndSet(null, reason);
              }
            });
  }

  @Override
  public void close() {
    producer.close();
  }
}
