package dev.millrace.orchestrator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OpenAttemptsTest {
  private final OpenAttempts open = new OpenAttempts();

  @Test
  void attemptIsFoundOnceWithItsTimes() {
    long key = OpenAttempts.key("w", 3, 1);
    open.put(key, 1_000, 990);
    assertThat(open.take(OpenAttempts.key("w", 3, 2))).isFalse();
    assertThat(open.take(key)).isTrue();
    assertThat(open.dispatchedMs()).isEqualTo(1_000);
    assertThat(open.causedMs()).isEqualTo(990);
    assertThat(open.take(key)).isFalse();
    assertThat(open.size()).isZero();
  }

  @Test
  void everyAttemptIsFoundWhateverWasPutAndTakenBefore() {
    Random random = new Random(7);
    Map<Long, Long> expected = new HashMap<>();
    List<Long> keys = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      if (keys.size() < 5_000 && random.nextInt(100) < 52) {
        long key = OpenAttempts.key("workflow-" + random.nextInt(10_000), random.nextInt(20), 1);
        if (expected.put(key, (long) i) == null) {
          keys.add(key);
        }
        open.put(key, i, 0);
      } else if (!keys.isEmpty()) {
        int at = random.nextInt(keys.size());
        long key = keys.get(at);
        keys.set(at, keys.getLast());
        keys.removeLast();
        assertThat(open.take(key)).isTrue();
        assertThat(open.dispatchedMs()).isEqualTo(expected.remove(key));
      }
      assertThat(open.size()).isEqualTo(expected.size());
    }
  }

  @Test
  void whenThereIsNoRoomNewAttemptsAreNotTimedUntilOldOnesAreForgotten() {
    for (int i = 0; i < OpenAttempts.ATTEMPTS_MAX; i++) {
      open.put(OpenAttempts.key("w" + i, 0, 1), i % 2 == 0 ? 0 : 5_000_000, 0);
    }
    assertThat(open.size()).isEqualTo(OpenAttempts.ATTEMPTS_MAX);
    long key = OpenAttempts.key("one-more", 0, 1);
    open.put(key, 100_000, 0);
    assertThat(open.take(key)).isFalse();

    open.put(key, 6_000_000, 0);
    assertThat(open.take(key)).isTrue();
    assertThat(open.size()).isEqualTo(OpenAttempts.ATTEMPTS_MAX / 2);
    assertThat(open.take(OpenAttempts.key("w1", 0, 1))).isTrue();
    assertThat(open.take(OpenAttempts.key("w2", 0, 1))).isFalse();
  }
}
