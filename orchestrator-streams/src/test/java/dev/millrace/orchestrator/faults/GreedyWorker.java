package dev.millrace.orchestrator.faults;

import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.Worker;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A worker as a process, {@code BOOTSTRAP REGISTRY QUEUE}, with handlers that nobody should write.
 * Ends when its standard input does.
 */
final class GreedyWorker {
  private static final int MEGABYTES = 16;

  private GreedyWorker() {}

  public static void main(String[] arguments) throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    Worker.builder()
        .bootstrapServers(arguments[0])
        .schemaRegistry(SchemaRegistries.connect(arguments[1], Map.of()))
        .queue(arguments[2])
        .slots(8)
        .clientSetting("session.timeout.ms", "6000")
        .clientSetting("heartbeat.interval.ms", "1000")
        .handler("echo", context -> StepResult.succeeded(context.step()))
        .handler("greedy", context -> StepResult.succeeded(allThatThereIs()))
        .handler(
            "endless",
            context -> {
              while (never.getCount() > 0) {
                try {
                  never.await();
                } catch (InterruptedException ignoredAsBadHandlersDo) {
                  System.out.println("interrupted, and goes on");
                }
              }
              return StepResult.succeeded();
            })
        .handler(
            "throwing",
            context -> {
              throw new StackOverflowError("as deep as it goes");
            })
        .build()
        .start();
    System.out.println("ready");
    while (System.in.read() >= 0) {
      // What comes in does not matter, only that it ends.
    }
    Runtime.getRuntime().halt(0);
  }

  private static int allThatThereIs() {
    Deque<byte[]> all = new ArrayDeque<>();
    while (all.size() < Integer.MAX_VALUE) {
      all.add(new byte[MEGABYTES << 20]);
    }
    return all.size();
  }
}
