package dev.millrace.perf.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.perf.load.Window.State;
import dev.millrace.perf.workload.Extent;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class WindowTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long MS = TimeUnit.MILLISECONDS.toNanos(1);

  @Test
  void timedWindowCountsOnlyWhatEndsWhileItIsOpen() {
    Window window = new Window(new Extent(Extent.Unit.SECONDS, 2, 4), 0);
    window.ended(0, SECOND);
    assertThat(window.advance(2 * SECOND - 1)).isEqualTo(State.WARMING_UP);
    assertThat(window.advance(2 * SECOND)).isEqualTo(State.OPEN);
    window.ended(0, 3 * SECOND);
    window.ended(4 * SECOND, 4 * SECOND + 8 * MS);
    assertThat(window.advance(6 * SECOND)).isEqualTo(State.CLOSED);

    LoadResult result = window.result();
    assertThat(result.workflows()).isEqualTo(2);
    assertThat(result.seconds()).isEqualTo(4);
    assertThat(result.p50Ms()).isCloseTo(8, Percentage.withPercentage(0.1));
    assertThat(result.maxMs()).isCloseTo(3_000, Percentage.withPercentage(0.1));
  }

  @Test
  void countedWindowClosesAtTheLastMeasuredWorkflow() {
    Window window = new Window(new Extent(Extent.Unit.WORKFLOWS, 1, 2), 0);
    assertThat(window.advance(SECOND)).isEqualTo(State.WARMING_UP);
    window.ended(0, SECOND);
    assertThat(window.advance(SECOND)).isEqualTo(State.OPEN);
    window.ended(SECOND, 2 * SECOND);
    assertThat(window.advance(2 * SECOND)).isEqualTo(State.OPEN);
    window.ended(2 * SECOND, 3 * SECOND);
    assertThat(window.advance(3 * SECOND)).isEqualTo(State.CLOSED);

    assertThat(window.result().workflows()).isEqualTo(2);
    assertThat(window.result().seconds()).isEqualTo(2);
  }
}
