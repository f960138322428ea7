package dev.millrace.cli.run;

import dev.millrace.cli.connection.Connection;
import dev.millrace.worker.Worker;
import dev.millrace.worker.WorkerBuilder;
import java.util.Objects;

/** Workers in this process, connected as the command is. */
public final class ConnectedWorkers {
  private static final String BOOTSTRAP = "bootstrap.servers";

  private ConnectedWorkers() {}

  /** A worker of a queue, to be given handlers. */
  public static WorkerBuilder of(Connection connection, String queue) {
    return connect(Worker.builder(), connection, queue);
  }

  /**
   * Has a worker work for a queue, connected as the command is.
   *
   * @throws IllegalArgumentException when queue or connection make no sense
   */
  public static WorkerBuilder connect(WorkerBuilder worker, Connection connection, String queue) {
    worker
        .bootstrapServers(Objects.requireNonNull(connection.kafka().get(BOOTSTRAP), BOOTSTRAP))
        .schemaRegistry(connection.registry())
        .topics(connection.topics())
        .queue(queue);
    connection
        .kafka()
        .forEach(
            (setting, value) -> {
              if (!setting.equals(BOOTSTRAP)) {
                worker.clientSetting(setting, value);
              }
            });
    return worker;
  }
}
