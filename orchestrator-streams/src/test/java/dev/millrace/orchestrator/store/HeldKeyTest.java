package dev.millrace.orchestrator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeldKeyTest {
  private static HeldKey key(int priority, String tenant, long sinceMs, String step) {
    return new HeldKey("queue", priority, tenant, sinceMs, "order-1", step);
  }

  @Test
  void keyIsWhatItWasMadeOf() {
    for (HeldKey key :
        List.of(
            key(9, "acme", 1_700_000_000_000L, "a"),
            key(0, "", 1, "compensate:a"),
            new HeldKey("q.1-x", 5, "\u6c34\0x", (1L << 47) - 1, "w\2each/12", "999"))) {
      assertThat(HeldKey.of(key.toBytes())).isEqualTo(key);
    }
  }

  @Test
  void keysLieInTheOrderOfPriorityTenantAndAge() {
    List<HeldKey> order =
        List.of(
            key(9, "b", 7, "a"),
            key(5, "a", 1, "z"),
            key(5, "a", 2, "a"),
            key(5, "a", 2, "b"),
            key(5, "b", 1, "a"),
            key(0, "a", 0, "a"));
    List<HeldKey> shuffled = new ArrayList<>(order);
    Collections.shuffle(shuffled, new Random(1));
    shuffled.sort((one, other) -> one.toBytes().compareTo(other.toBytes()));

    assertThat(shuffled).isEqualTo(order);
  }

  @Test
  void queueWhoseNameBeginsLikeAnotherIsApart() {
    HeldKey other = new HeldKey("queue-2", 5, "", 1, "w", "a");

    assertThat(other.toBytes()).isGreaterThan(HeldKey.behind(HeldKey.queue("queue")));
    assertThat(key(0, "z", 1, "a").toBytes())
        .isBetween(HeldKey.queue("queue"), HeldKey.behind(HeldKey.queue("queue")));
  }
}
