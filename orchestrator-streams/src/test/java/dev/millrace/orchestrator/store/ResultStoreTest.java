package dev.millrace.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultStoreTest {
  /** What one of the results here takes: key, time, length and content of the output. */
  private static final int RESULT_BYTES = 1_000;

  private final WrittenStore written = new WrittenStore();
  private final WorkflowStore store = new WorkflowStore(written);

  @Test
  void keepsNoMoreResultsThanItMayAndLeavesThoseThatItHas() {
    ResultStore results = new ResultStore(store, 2, Long.MAX_VALUE);
    assertThat(results.put("a", result(10, 1))).isTrue();
    assertThat(results.put("b", result(20, 2))).isTrue();

    int entries = written.stored.size();
    assertThat(results.put("c", result(30, 3))).isFalse();
    assertThat(written.stored).hasSize(entries);
    assertThat(results.find("c")).isNull();
    assertThat(results.put("b", result(40, 4))).as("in place of the former one").isTrue();
    assertThat(results.find("b")).isEqualTo(result(40, 4));
  }

  @Test
  void keepsNoMoreBytesThanItMay() {
    ResultStore results = new ResultStore(store, 100, 3 * RESULT_BYTES);
    assertThat(results.put("a", result(10, 900))).isTrue();
    assertThat(results.put("b", result(10, 900))).isTrue();
    assertThat(results.put("c", result(10, 900))).isTrue();
    assertThat(results.put("d", result(10, 900))).isFalse();
    assertThat(results.put("c", result(10, 1_900))).isFalse();
    assertThat(results.find("c")).isEqualTo(result(10, 900));
    assertThat(results.put("c", result(10, 10))).isTrue();
    assertThat(results.put("d", result(10, 900))).isTrue();
  }

  @Test
  void whatExpiresMakesRoomAndLeavesNothing() {
    ResultStore results = new ResultStore(store, 1, Long.MAX_VALUE);
    results.put("a", result(10, 1));
    assertThat(results.put("b", result(20, 1))).isFalse();

    List<WorkflowStore.Timer> due = store.dueTimers(10, 10);
    assertThat(due).hasSize(1).allMatch(results::expire);
    assertThat(written.stored).isEmpty();
    assertThat(results.expire(due.getFirst())).isFalse();
    assertThat(results.put("b", result(20, 1))).isTrue();
  }

  @Test
  void whatThereIsAlreadyIsCountedInAnotherLifeOfTheTask() {
    new ResultStore(store, 2, Long.MAX_VALUE).put("a", result(10, 1));
    new ResultStore(store, 2, Long.MAX_VALUE).put("b", result(10, 1));

    ResultStore later = new ResultStore(new WorkflowStore(written), 2, Long.MAX_VALUE);
    assertThat(later.put("c", result(10, 1))).isFalse();
    assertThat(later.put("a", result(20, 2))).isTrue();
  }

  private static StoredResult result(long expiresAtMs, int bytes) {
    return new StoredResult(expiresAtMs, new Payload("", new byte[bytes]));
  }
}
