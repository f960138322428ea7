package dev.millrace.orchestrator.processor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.flow.FlowControl;
import dev.millrace.orchestrator.flow.QueueReport;
import dev.millrace.orchestrator.flow.QueueWindows;
import dev.millrace.orchestrator.store.HeldKey;
import dev.millrace.orchestrator.store.HeldStore;
import dev.millrace.orchestrator.store.WorkflowStore;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.internals.InMemoryKeyValueStore;
import org.junit.jupiter.api.Test;

/** What a queue of many tenants reads from the store. */
class QueueGateTest {
  private static final int TENANTS = 1_000;

  private final CountedStore counted = new CountedStore();
  private final HeldStore store = new WorkflowStore(counted).held();

  /** A store that counts what is read of it in order. */
  private static final class CountedStore extends InMemoryKeyValueStore {
    private int scans;
    private int keys;

    CountedStore() {
      super("counted");
    }

    @Override
    public synchronized KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
      scans++;
      KeyValueIterator<Bytes, byte[]> entries = super.range(from, to);
      return new KeyValueIterator<>() {
        @Override
        public boolean hasNext() {
          return entries.hasNext();
        }

        @Override
        public KeyValue<Bytes, byte[]> next() {
          keys++;
          return entries.next();
        }

        @Override
        public Bytes peekNextKey() {
          return entries.peekNextKey();
        }

        @Override
        public void close() {
          entries.close();
        }
      };
    }
  }

  private static final class AllOpen implements QueueWindows {
    @Override
    public int window(String queue) {
      return Integer.MAX_VALUE;
    }

    @Override
    public boolean isPaused(String queue) {
      return false;
    }

    @Override
    public int weight(String tenant) {
      return 1;
    }
  }

  private QueueGate gate() {
    return new QueueGate("queue", store, new FlowControl(new AllOpen(), new QueueReport()));
  }

  private static HeldKey key(int tenant, int number) {
    return new HeldKey("queue", 5, "t%04d".formatted(tenant), 1_000 + number, "w" + number, "a");
  }

  private void hold(int stepsOfEach) {
    for (int tenant = 0; tenant < TENANTS; tenant++) {
      for (int number = 0; number < stepsOfEach; number++) {
        store.put(key(tenant, number).toBytes());
      }
    }
  }

  @Test
  void reportSeeksOnceAPriorityWhereNothingIsInMemory() {
    hold(1);
    QueueGate gate = gate();
    for (int tenant = 0; tenant < TENANTS; tenant++) {
      HeldKey next = key(tenant, 1);
      store.put(next.toBytes());
      gate.add(5, next.tenant(), next.toBytes());
    }
    counted.scans = 0;

    assertThat(gate.state(false).oldestSinceMs()).isEqualTo(1_000);

    assertThat(counted.scans).isLessThanOrEqualTo(HeldKey.HIGHEST_PRIORITY + 1);
  }

  @Test
  void tenantsHaveFewerStepsInMemoryTheMoreTheyAre() {
    hold(100);
    QueueGate gate = gate();
    counted.keys = 0;

    for (int tenant = 0; tenant < TENANTS; tenant++) {
      assertThat(gate.take()).isNotNull();
    }

    assertThat(counted.keys).isLessThan(40_000);
  }

  @Test
  void allStepsAreTakenInTurnsAndInTheirOrder() {
    hold(20);
    QueueGate gate = gate();

    for (int number = 0; number < 20; number++) {
      for (int tenant = 0; tenant < TENANTS; tenant++) {
        Bytes taken = gate.take();
        assertThat(taken).isNotNull();
        assertThat(HeldKey.of(taken).sinceMs()).isEqualTo(1_000 + number);
      }
    }
    assertThat(gate.take()).isNull();
  }
}
