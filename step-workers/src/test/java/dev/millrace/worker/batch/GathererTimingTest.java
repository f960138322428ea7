package dev.millrace.worker.batch;

import static dev.millrace.worker.Schedules.assertHolds;

import dev.millrace.worker.ContextStub;
import dev.millrace.worker.RandomTiming;
import dev.millrace.worker.Schedules;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120) // for what would wait for ever
final class GathererTimingTest {
  private static final StepContext NOBODYS = ContextStub.of(Map.of());
  private static final long MOST_BYTES = 1_000;

  /** A step that gathers two at a time, and the time, which is over at any moment. */
  private static final class Step implements BatchTimer {
    final Schedules.Threads threads = new Schedules.Threads();
    final AtomicIntegerArray handled = new AtomicIntegerArray(8);
    final Gatherer<Integer> gatherer =
        new Gatherer<>(() -> 2, MOST_BYTES, 1, this, this::handle, this::thread);

    private Thread thread(Runnable batch) {
      return threads.unstarted(batch::run);
    }

    private List<StepResult> handle(List<BatchItem<Integer>> items) {
      assertHolds(!items.isEmpty() && items.size() <= 2, items.size() + " items in a batch");
      List<StepResult> results = new ArrayList<>();
      for (BatchItem<Integer> item : items) {
        assertHolds(handled.incrementAndGet(item.input()) == 1, item.input() + " is handled twice");
        results.add(StepResult.succeeded(item.input()));
      }
      return results;
    }

    @Override
    public long nanos() {
      return 0;
    }

    @Override
    public CompletableFuture<Void> after(long nanos, Runnable action) {
      CompletableFuture<Void> due = new CompletableFuture<>();
      threads.start(
          () -> {
            RandomTiming.pause();
            if (!due.isCancelled()) {
              action.run();
            }
          });
      return due;
    }

    void join(int number) throws Exception {
      RandomTiming.pause();
      StepResult result = gatherer.join("", new BatchItem<>("", number, NOBODYS), 1, false);
      assertHolds(
          result.equals(StepResult.succeeded(number)), number + " has the result of another");
    }
  }

  @Test
  void everyItemIsHandledOnceAndHasItsOwnResult() {
    RandomTiming.repeat(
        () -> {
          Step step = new Step();
          for (int i = 0; i < 5; i++) {
            int number = i;
            step.threads.start(() -> step.join(number));
          }
          step.threads.join();
          for (int i = 0; i < 5; i++) {
            assertHolds(step.handled.get(i) == 1, i + " is forgotten");
          }
          assertHolds(step.gatherer.waiting() == 0, "somebody waits");
        });
  }

  @Test
  void itemThatIsNotWaitedForAnyMoreHoldsNobodyBack() {
    RandomTiming.repeat(
        () -> {
          Step step = new Step();
          AtomicInteger left = new AtomicInteger();
          Thread leaving =
              step.threads.start(
                  () -> {
                    try {
                      step.join(0);
                    } catch (InterruptedException e) {
                      left.incrementAndGet();
                    }
                  });
          step.threads.start(() -> step.join(1));
          RandomTiming.pause();
          leaving.interrupt();
          step.threads.join();
          assertHolds(step.handled.get(0) + left.get() >= 1, "0 has neither result nor interrupt");
          assertHolds(step.handled.get(1) == 1, "1 is forgotten");
          assertHolds(step.gatherer.waiting() == 0, "somebody waits");
        });
  }
}
