package dev.millrace.worker.batch;

import dev.millrace.worker.StepResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the items of commands that run at the same time into batches, one open for each key, and
 * runs each in a thread of its own, which no cancellation of a single command reaches. Thread-safe.
 */
final class Gatherer<T> {
  private final ThreadFactory threads;
  private final IntSupplier size;
  private final long mostBytes;
  private final long waitNanos;
  private final BatchTimer timer;
  private final BatchHandler<T> handler;

  /** A lock and no monitor, in which a virtual thread that waits would hold its carrier. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<String, Batch> open = new HashMap<>();

  /**
   * A gatherer; a batch runs when one of these is reached.
   *
   * @param size so many items
   * @param mostBytes so many bytes
   * @param waitNanos so much time since its first item came
   * @param handler gives one result for each item
   */
  Gatherer(
      IntSupplier size, long mostBytes, long waitNanos, BatchTimer timer, BatchHandler<T> handler) {
    this(
        size,
        mostBytes,
        waitNanos,
        timer,
        handler,
        Thread.ofVirtual().name("millrace-batch").inheritInheritableThreadLocals(false).factory());
  }

  /**
   * As the other one.
   *
   * @param threads makes the thread of a batch
   */
  Gatherer(
      IntSupplier size,
      long mostBytes,
      long waitNanos,
      BatchTimer timer,
      BatchHandler<T> handler,
      ThreadFactory threads) {
    this.threads = threads;
    this.size = size;
    this.mostBytes = mostBytes;
    this.waitNanos = waitNanos;
    this.timer = timer;
    this.handler = handler;
  }

  /** An item, and whoever waits for its result. */
  private record Entry<T>(BatchItem<T> item, CompletableFuture<StepResult> result) {}

  /** Under the lock until it runs; from then on its entries stay as they are. */
  private final class Batch {
    final String key;
    final List<Entry<T>> entries = new ArrayList<>();
    long bytes;
    int waiting;
    @Nullable CompletableFuture<Void> due;
    @Nullable Thread runner;

    Batch(String key) {
      this.key = key;
    }
  }

  /**
   * Waits until the batch that the item is put into has run.
   *
   * @param now runs the batch at once, with what has gathered so far
   * @return the item's result
   * @throws InterruptedException when the item is not waited for any more: it leaves its batch if
   *     that does not run yet
   * @throws Exception what the handler threw
   */
  StepResult join(String key, BatchItem<T> item, long bytes, boolean now) throws Exception {
    Entry<T> entry = new Entry<>(item, new CompletableFuture<>());
    Batch batch = enter(key, entry, bytes, now);
    try {
      return entry.result.get();
    } catch (InterruptedException e) {
      leave(batch, entry, bytes);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception thrown) {
        throw thrown;
      }
      if (e.getCause() instanceof Error thrown) {
        throw thrown;
      }
      throw e;
    }
  }

  /** How many items wait for their batch to run. */
  int waiting() {
    lock.lock();
    try {
      return open.values().stream().mapToInt(batch -> batch.entries.size()).sum();
    } finally {
      lock.unlock();
    }
  }

  private Batch enter(String key, Entry<T> entry, long bytes, boolean now) {
    lock.lock();
    try {
      Batch found = open.get(key);
      if (found != null && found.bytes + bytes > mostBytes) {
        start(found);
        found = null;
      }
      Batch batch = found == null ? begin(key) : found;
      batch.entries.add(entry);
      batch.bytes += bytes;
      batch.waiting++;
      if (now || batch.entries.size() >= size.getAsInt() || batch.bytes >= mostBytes) {
        start(batch);
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private Batch begin(String key) {
    Batch batch = new Batch(key);
    open.put(key, batch);
    batch.due = timer.after(waitNanos, () -> startDue(batch));
    return batch;
  }

  private void startDue(Batch batch) {
    lock.lock();
    try {
      if (open.get(batch.key) == batch) {
        start(batch);
      }
    } finally {
      lock.unlock();
    }
  }

  private void start(Batch batch) {
    close(batch);
    Thread runner = threads.newThread(() -> run(batch));
    batch.runner = runner;
    runner.start();
  }

  private void close(Batch batch) {
    open.remove(batch.key);
    if (batch.due != null) {
      batch.due.cancel(false);
    }
  }

  private void leave(Batch batch, Entry<T> entry, long bytes) {
    lock.lock();
    try {
      batch.waiting--;
      if (batch.runner == null) {
        batch.entries.remove(entry);
        batch.bytes -= bytes;
        if (batch.entries.isEmpty()) {
          close(batch);
        }
      } else if (batch.waiting == 0) {
        batch.runner.interrupt(); // nobody waits for any of them
      }
    } finally {
      lock.unlock();
    }
  }

  private void run(Batch batch) {
    try {
      List<StepResult> results = handler.handle(batch.entries.stream().map(Entry::item).toList());
      for (int i = 0; i < results.size(); i++) {
        batch.entries.get(i).result.complete(results.get(i));
      }
    } catch (Throwable e) {
      batch.entries.forEach(entry -> entry.result.completeExceptionally(e));
    }
  }
}
