package dev.millrace.worker;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.wire.AvroCodec;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** The main class of a worker in a process of its own, to be killed. */
final class KillableWorker {
  private KillableWorker() {}

  /**
   * Arguments: bootstrap servers, topic prefix, and {@code share} if it is to be in the share
   * group. Ends when its standard input does.
   */
  public static void main(String[] args) throws IOException {
    Topics topics = new Topics(args[1]);
    InMemoryRegistry registry = new InMemoryRegistry();
    // Registered first here as well, so that it has the same id in both processes.
    AvroCodec<StepCommand> first =
        new AvroCodec<>(StepCommand.class, topics.commands(Installation.QUEUE), registry);
    first.encode(Commands.command("w", "work"));
    WorkerBuilder builder =
        args.length == 3
            ? Worker.builder().source(Source.shareGroup())
            : Worker.builder().clientSetting("session.timeout.ms", "6000");
    try (Worker worker =
        builder
            .bootstrapServers(args[0])
            .schemaRegistry(registry)
            .topics(topics)
            .queue(Installation.QUEUE)
            .handler("work", context -> StepResult.succeeded())
            .handler(
                "hang",
                context -> {
                  System.out.println("HANGS " + context.commandId());
                  new CountDownLatch(1).await();
                  return StepResult.succeeded();
                })
            .build()) {
      worker.start();
      while (System.in.read() >= 0) {
        // What comes in does not matter, only that it ends.
      }
      Runtime.getRuntime().halt(0);
    }
  }
}
