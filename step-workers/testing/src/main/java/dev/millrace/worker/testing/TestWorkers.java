package dev.millrace.worker.testing;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.worker.Worker;
import dev.millrace.worker.WorkerBuilder;
import dev.millrace.worker.internal.InlineWorker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The workers of all queues, without a broker. One thread, but handlers may give signs in any. */
final class TestWorkers {
  /** Commands can be read whatever the queue that their reader was made for. */
  private static final String ANY_QUEUE = "any";

  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final Map<String, InlineWorker> byTopic = new HashMap<>();
  private final Topics topics;
  private final SchemaRegistry registry;
  private final VirtualClock clock;
  private final FaultPlan faults;
  private final @Nullable InlineWorker ofOtherQueues;

  /**
   * Workers as they are configured.
   *
   * @param byQueue what configures the worker of a queue
   * @param others what configures the worker of all other queues; null if these have none
   */
  TestWorkers(
      Topics topics,
      SchemaRegistry registry,
      VirtualClock clock,
      FaultPlan faults,
      Map<String, Consumer<WorkerBuilder>> byQueue,
      @Nullable Consumer<WorkerBuilder> others) {
    this.topics = topics;
    this.registry = registry;
    this.clock = clock;
    this.faults = faults;
    this.ofOtherQueues = others == null ? null : worker(ANY_QUEUE, others);
    byQueue.forEach(
        (queue, configurer) -> byTopic.put(topics.commands(queue), worker(queue, configurer)));
  }

  private InlineWorker worker(String queue, Consumer<WorkerBuilder> configurer) {
    WorkerBuilder builder = Worker.builder().name("test-worker");
    configurer.accept(builder);
    builder
        .queue(queue)
        .bootstrapServers("127.0.0.1:1") // asked for, never connected to
        .schemaRegistry(registry)
        .topics(topics)
        .around(faults);
    return new InlineWorker(builder.build(), producer, clock);
  }

  boolean serve(String queue) {
    return ofOtherQueues != null || byTopic.containsKey(topics.commands(queue));
  }

  /** Runs a command; what came of it is among the answers then. */
  void run(ConsumerRecord<byte[], byte[]> command) {
    InlineWorker worker = byTopic.getOrDefault(command.topic(), ofOtherQueues);
    if (worker == null) {
      throw new IllegalStateException(
          "topic '%s' has commands and no worker: give its queue one".formatted(command.topic()));
    }
    worker.run(command);
  }

  /** What workers have sent since the last call. */
  List<ProducerRecord<byte[], byte[]>> answers() {
    synchronized (producer) { // as its own methods do, so that nothing comes between
      List<ProducerRecord<byte[], byte[]>> answers = List.copyOf(producer.history());
      producer.clear();
      return answers;
    }
  }

  void cancel(byte[] workflowId, byte[] value) {
    forAll(worker -> worker.cancel(workflowId, value));
  }

  /** Has the signs of life given that are due. */
  void sign() {
    forAll(InlineWorker::sign);
  }

  private void forAll(Consumer<InlineWorker> action) {
    byTopic.values().forEach(action);
    if (ofOtherQueues != null) {
      action.accept(ofOtherQueues);
    }
  }
}
