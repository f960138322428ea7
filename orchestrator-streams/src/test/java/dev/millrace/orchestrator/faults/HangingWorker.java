package dev.millrace.orchestrator.faults;

import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.Worker;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * A worker as a process: {@code BOOTSTRAP REGISTRY QUEUE hang|answer}. Prints each command id that
 * a handler is called with; the handler then hangs for ever, or answers. Ends when its standard
 * input does.
 */
final class HangingWorker {
  static final String HANDLING = "handling ";

  private HangingWorker() {}

  public static void main(String[] arguments) throws IOException {
    boolean hangs = arguments[3].equals("hang");
    CountDownLatch never = new CountDownLatch(1);
    Worker worker =
        Worker.builder()
            .bootstrapServers(arguments[0])
            .schemaRegistry(SchemaRegistries.connect(arguments[1], Map.of()))
            .queue(arguments[2])
            .slots(4)
            .clientSetting("session.timeout.ms", "6000")
            .clientSetting("heartbeat.interval.ms", "1000")
            .handler(
                "echo",
                context -> {
                  System.out.println(HANDLING + context.commandId());
                  if (hangs) {
                    never.await();
                  }
                  return StepResult.succeeded(context.step());
                })
            .build();
    worker.start();
    System.out.println("ready");
    while (System.in.read() >= 0) {
      // What comes in does not matter, only that it ends.
    }
    Runtime.getRuntime().halt(0);
  }
}
