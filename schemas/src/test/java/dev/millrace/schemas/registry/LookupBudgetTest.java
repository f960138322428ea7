package dev.millrace.schemas.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Ticker;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LookupBudgetTest {
  private final AtomicLong nanos = new AtomicLong();
  private final LookupBudget budget =
      new LookupBudget(
          10,
          3,
          new Ticker() {
            @Override
            public long read() {
              return nanos.get();
            }
          });

  @Test
  void aBurstIsGrantedThenTheRate() {
    assertThat(granted(5)).isEqualTo(3);

    nanos.addAndGet(200_000_000);
    assertThat(granted(5)).isEqualTo(2);

    nanos.addAndGet(60_000_000_000L);
    assertThat(granted(5)).isEqualTo(3);
  }

  private int granted(int tries) {
    int granted = 0;
    for (int i = 0; i < tries; i++) {
      granted += budget.tryTake() ? 1 : 0;
    }
    return granted;
  }
}
