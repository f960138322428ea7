package dev.millrace.worker.batch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A time that goes on when a test says so. */
final class ManualTimer implements BatchTimer {
  private final List<Due> dues = new ArrayList<>();
  private long now;

  private record Due(long at, CompletableFuture<Void> future, Runnable action) {}

  @Override
  public synchronized long nanos() {
    return now;
  }

  @Override
  public synchronized CompletableFuture<Void> after(long nanos, Runnable action) {
    Due due = new Due(now + nanos, new CompletableFuture<>(), action);
    dues.add(due);
    return due.future;
  }

  /** Lets time pass, and does what is due. */
  void advance(Duration time) {
    List<Due> ready;
    synchronized (this) {
      now += time.toNanos();
      ready = dues.stream().filter(due -> due.at <= now).toList();
      dues.removeAll(ready);
    }
    ready.stream()
        .sorted(Comparator.comparingLong(Due::at))
        .filter(due -> !due.future.isDone())
        .forEach(due -> due.action.run());
  }

  /** How many actions wait for their time. */
  synchronized long pending() {
    return dues.stream().filter(due -> !due.future.isDone()).count();
  }
}
