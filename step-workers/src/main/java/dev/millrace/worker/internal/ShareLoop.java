package dev.millrace.worker.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads commands as members of a share group, each in a thread of its own. */
final class ShareLoop implements CommandSource {
  private static final Logger LOG = LoggerFactory.getLogger(ShareLoop.class);

  private final String name;
  private final List<? extends ShareConsumer<byte[], byte[]>> consumers;
  private final List<ShareReader> readers;
  private final StopSignal stop;

  ShareLoop(
      WorkerSettings settings,
      ShareGroupSettings group,
      List<? extends ShareConsumer<byte[], byte[]>> consumers,
      CommandRunner runner,
      Slots slots,
      StopSignal stop) {
    this.name = "millrace-worker-" + settings.queue();
    this.consumers = List.copyOf(consumers);
    this.readers =
        consumers.stream()
            .map(consumer -> new ShareReader(settings, group, consumer, runner, slots, stop))
            .toList();
    this.stop = stop;
  }

  @Override
  public void run() {
    inThreads(
        readers,
        reader -> {
          try {
            reader.run();
          } catch (Throwable e) {
            stop.fail(e);
          }
        });
  }

  @Override
  public void close(Duration timeout) {
    inThreads(
        consumers,
        consumer -> {
          try {
            consumer.close(timeout);
          } catch (RuntimeException e) {
            LOG.warn("closing a member of the share group: {}", e.toString());
          }
        });
  }

  /** Does something for each in a thread of its own, and waits for all. */
  private <T> void inThreads(List<? extends T> each, Consumer<T> action) {
    List<Thread> threads = new ArrayList<>();
    for (T one : each) {
      threads.add(
          Thread.ofPlatform().name(name + "-" + threads.size()).start(() -> action.accept(one)));
    }
    for (Thread thread : threads) {
      joinUninterruptibly(thread);
    }
  }

  private static void joinUninterruptibly(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts the worker's thread", e);
    }
  }
}
