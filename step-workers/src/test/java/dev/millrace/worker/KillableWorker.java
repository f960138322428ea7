package dev.millrace.worker;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.wire.AvroCodec;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A worker in a process of its own, to be killed. */
final class KillableWorker implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;

  private KillableWorker(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  static KillableWorker start(String bootstrapServers, String prefix) throws IOException {
    return new KillableWorker(
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                KillableWorker.class.getName(),
                bootstrapServers,
                prefix)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  /** Waits for a line of its output. */
  void awaitLine(String expected) throws IOException {
    String line = output.readLine();
    while (line != null && !line.equals(expected)) {
      line = output.readLine();
    }
    if (line == null) {
      throw new IOException("the worker process ended before it said '" + expected + "'");
    }
  }

  /** Kills it as {@code kill -9} does, and waits until it is dead. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** Arguments: bootstrap servers and topic prefix. */
  public static void main(String[] args) throws InterruptedException {
    Topics topics = new Topics(args[1]);
    InMemoryRegistry registry = new InMemoryRegistry();
    // Registered first here as well, so that it has the same id in both processes.
    AvroCodec<StepCommand> first =
        new AvroCodec<>(StepCommand.class, topics.commands(Installation.QUEUE), registry);
    first.encode(Commands.command("w", "work"));
    try (Worker worker =
        Worker.builder()
            .bootstrapServers(args[0])
            .schemaRegistry(registry)
            .topics(topics)
            .queue(Installation.QUEUE)
            .clientSetting("session.timeout.ms", "6000")
            .handler("work", context -> StepResult.succeeded())
            .handler(
                "hang",
                context -> {
                  System.out.println("HANGS " + context.commandId());
                  Thread.sleep(Long.MAX_VALUE);
                  return StepResult.succeeded();
                })
            .build()) {
      worker.start();
      worker.awaitTermination();
    }
  }
}
