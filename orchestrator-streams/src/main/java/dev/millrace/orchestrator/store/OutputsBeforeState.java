package dev.millrace.orchestrator.store;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * The rule of at-least-once: a change of state may leave a stream thread, for RocksDB or for the
 * changelog, only when every command and event produced before it is acknowledged. Otherwise a
 * crash could keep the state and lose the command that it says is out, and nobody would send it
 * again.
 *
 * <p>It supplies the producers of Kafka Streams, so as to count what they have under way, and is
 * asked by {@link RecordCache} before it writes. Thread-safe.
 */
public final class OutputsBeforeState implements KafkaClientSupplier {
  /** What Kafka Streams adds to the name of a stream thread to name its producer. */
  private static final String PRODUCER_SUFFIX = "-producer";

  private final KafkaClientSupplier clients;
  private final Map<String, OutputLedger> ledgerByThread = new ConcurrentHashMap<>();

  /**
   * The rule over the clients of a supplier.
   *
   * @param clients makes the clients that are watched
   */
  public OutputsBeforeState(KafkaClientSupplier clients) {
    this.clients = clients;
  }

  /**
   * Called by a stream thread before a change of state leaves it.
   *
   * @throws org.apache.kafka.common.KafkaException when an output of this thread failed
   * @throws IllegalStateException when this thread has no producer of this supplier, so that nobody
   *     knows what it has under way
   */
  void settleOutputs() {
    String thread = Thread.currentThread().getName();
    OutputLedger ledger = ledgerByThread.get(thread);
    if (ledger == null) {
      throw new IllegalStateException(
          "thread '%s' has no producer whose outputs are counted, only %s have; its state is held back, since outputs of it could be lost"
              .formatted(thread, ledgerByThread.keySet()));
    }
    ledger.settle();
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    Producer<byte[], byte[]> producer = clients.getProducer(config);
    OutputLedger ledger = new OutputLedger(producer);
    String clientId = String.valueOf(config.get(ProducerConfig.CLIENT_ID_CONFIG));
    if (!clientId.endsWith(PRODUCER_SUFFIX)) {
      throw new IllegalStateException(
          "producer '%s' is not named after a stream thread; outputs could not be counted"
              .formatted(clientId));
    }
    String thread = clientId.substring(0, clientId.length() - PRODUCER_SUFFIX.length());
    ledgerByThread.put(thread, ledger);
    return new LedgerProducer(producer, ledger);
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return clients.getAdmin(config);
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return clients.getConsumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return clients.getRestoreConsumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return clients.getGlobalConsumer(config);
  }
}
