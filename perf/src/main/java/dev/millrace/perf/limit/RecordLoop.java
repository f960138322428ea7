package dev.millrace.perf.limit;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.perf.workload.SendCheck;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The least that a Kafka client can do for a record: read it, decode it, answer it with another
 * one. Both halves of the limit loop are this. Any failure ends the process: a limit that was
 * measured with losses is none.
 */
final class RecordLoop {
  /** What a process prints when all its threads have partitions to read. */
  static final String READY = "ready";

  private static final Logger log = LoggerFactory.getLogger(RecordLoop.class);
  private static final Duration POLL_LIMIT = Duration.ofSeconds(1);

  /** Answers one record. Each thread has its own. */
  interface Answerer {
    ProducerRecord<byte[], byte[]> answer(ConsumerRecord<byte[], byte[]> read) throws Exception;
  }

  private RecordLoop() {}

  /**
   * Runs a process of the limit loop until it is killed or its standard input ends, so that it
   * never outlives the run.
   */
  static void run(
      RunPlan plan,
      String group,
      List<String> topics,
      int threads,
      Supplier<? extends Answerer> answerers)
      throws Exception {
    CountDownLatch assigned = new CountDownLatch(threads);
    for (int i = 0; i < threads; i++) {
      Answerer answerer = answerers.get();
      Thread.ofPlatform()
          .name(group + "-" + i)
          .daemon()
          .uncaughtExceptionHandler((thread, e) -> exit(thread.getName(), e))
          .start(() -> loop(plan, group, topics, answerer, assigned));
    }
    assigned.await();
    System.out.println(READY);
    System.in.transferTo(OutputStream.nullOutputStream());
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the callback sees failures
  private static void loop(
      RunPlan plan, String group, List<String> topics, Answerer answerer, CountDownLatch assigned) {
    Map<String, Object> config = plan.consumerConfig();
    config.put(CommonClientConfigs.GROUP_ID_CONFIG, group);
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(
                plan.producerConfig(), new ByteArraySerializer(), new ByteArraySerializer())) {
      consumer.subscribe(topics, new FirstAssignment(assigned));
      SendCheck sends = new SendCheck();
      while (true) {
        for (ConsumerRecord<byte[], byte[]> read : consumer.poll(POLL_LIMIT)) {
          producer.send(answerer.answer(read), sends);
        }
        sends.requireNoFailure();
      }
    } catch (Exception e) {
      exit(group, e);
    }
  }

  private static void exit(String name, Throwable cause) {
    log.error("{} failed", name, cause);
    Runtime.getRuntime().halt(1);
  }

  private static final class FirstAssignment implements ConsumerRebalanceListener {
    private final CountDownLatch assigned;
    private boolean isDone;

    FirstAssignment(CountDownLatch assigned) {
      this.assigned = assigned;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (!isDone && !partitions.isEmpty()) {
        isDone = true;
        assigned.countDown();
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      log.debug("No state to hand over with {}", partitions);
    }
  }
}
