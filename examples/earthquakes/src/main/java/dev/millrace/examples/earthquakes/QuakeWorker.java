package dev.millrace.examples.earthquakes;

import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.worker.Worker;
import java.util.Map;

/** A worker of the queue {@value #QUEUE} in a process of its own. */
public final class QuakeWorker {
  /** The queue that the definition's steps go to. */
  public static final String QUEUE = "quakes";

  private static final String LOGBACK = "logback.configurationFile";

  private QuakeWorker() {}

  /** Runs until the process is told to stop. Arguments: brokers, address of the registry. */
  public static void main(String[] args) throws InterruptedException {
    // Without a file Logback prints every step of the Kafka clients.
    if (System.getProperty(LOGBACK) == null) {
      System.setProperty(LOGBACK, "dev/millrace/examples/earthquakes/logback.xml");
    }
    if (args.length != 2) {
      System.err.println("usage: QuakeWorker BOOTSTRAP_SERVERS SCHEMA_REGISTRY_URL");
      System.exit(2);
    }
    Worker worker =
        QuakeSteps.addTo(
                Worker.builder()
                    .bootstrapServers(args[0])
                    .schemaRegistry(SchemaRegistries.connect(args[1], Map.of()))
                    .queue(QUEUE))
            .build();
    worker.start();
    Runtime.getRuntime().addShutdownHook(new Thread(worker::close, "worker-close"));
    System.out.println("working on the queue " + QUEUE + "; Ctrl-C stops");
    worker.awaitTermination();
  }
}
