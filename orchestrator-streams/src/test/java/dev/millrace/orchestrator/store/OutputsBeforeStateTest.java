package dev.millrace.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.Test;

/** Nothing is written before the outputs that it speaks of are acknowledged. */
class OutputsBeforeStateTest extends RecordCacheCase {
  @Test
  void outputsAreAcknowledgedBeforeAnythingIsWritten() {
    List<Integer> writtenAtFlush = new ArrayList<>();
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
          @Override
          public synchronized void flush() {
            writtenAtFlush.add(store.written.size());
            super.flush();
          }
        };
    OutputsBeforeState rule = new OutputsBeforeState(new Clients(producer));
    RecordCache guarded = new RecordCache(store, rule, new CacheBudget(10_000, evicted::addAndGet));
    Producer<byte[], byte[]> outputs = rule.getProducer(thisThreadsProducer());

    send(outputs);
    guarded.put(key("a"), value("1"));
    guarded.flushCache();
    assertThat(writtenAtFlush).containsExactly(0);
    assertThat(store.written).hasSize(1);

    send(outputs);
    guarded.put(key("a"), new byte[20_000]);
    assertThat(writtenAtFlush).as("before an early write").containsExactly(0, 1);
    assertThat(store.written).hasSize(2);
  }

  @Test
  void nothingIsWrittenEverAfterAnOutputHasFailed() {
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    OutputsBeforeState rule = new OutputsBeforeState(new Clients(producer));
    RecordCache guarded = new RecordCache(store, rule, new CacheBudget(10_000, evicted::addAndGet));
    send(rule.getProducer(thisThreadsProducer()));
    producer.errorNext(new RecordTooLargeException("command"));
    guarded.put(key("a"), value("1"));

    assertThatThrownBy(guarded::flushCache).isInstanceOf(KafkaException.class);
    assertThatThrownBy(guarded::flushCache).isInstanceOf(KafkaException.class);
    assertThatThrownBy(() -> guarded.put(key("b"), new byte[20_000]))
        .isInstanceOf(KafkaException.class);
    guarded.close();
    assertThat(store.written).isEmpty();
  }

  @Test
  void nothingIsWrittenByAThreadWhoseOutputsAreNotCounted() {
    OutputsBeforeState rule = new OutputsBeforeState(new DefaultKafkaClientSupplier());
    RecordCache guarded = new RecordCache(store, rule, new CacheBudget(10_000, evicted::addAndGet));
    guarded.put(key("a"), value("1"));

    assertThatThrownBy(guarded::flushCache)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("thread '" + Thread.currentThread().getName() + "' has no producer");
    assertThat(store.written).isEmpty();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // the rule sees what becomes of it
  private static void send(Producer<byte[], byte[]> outputs) {
    outputs.send(new ProducerRecord<>("commands", value("command")));
  }

  private static Map<String, Object> thisThreadsProducer() {
    return Map.of(ProducerConfig.CLIENT_ID_CONFIG, Thread.currentThread().getName() + "-producer");
  }

  /** Supplies one producer. */
  private static final class Clients extends DefaultKafkaClientSupplier {
    private final Producer<byte[], byte[]> producer;

    private Clients(Producer<byte[], byte[]> producer) {
      this.producer = producer;
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
      return producer;
    }
  }
}
