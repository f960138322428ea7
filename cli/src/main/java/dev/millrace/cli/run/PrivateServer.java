package dev.millrace.cli.run;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionFile;
import dev.millrace.cli.dev.DevServer;
import dev.millrace.cli.dev.DevSettings;
import dev.millrace.cli.dev.EngineStarter;
import dev.millrace.schemas.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.utils.Utils;

/**
 * A dev server for one command, on free ports. Commands in this folder do not find it, so that it
 * does not take the place of one that runs here.
 */
public final class PrivateServer implements AutoCloseable {
  private static final int PARTITIONS = 4;

  private final Path folder;
  private final DevServer server;

  private PrivateServer(Path folder, DevServer server) {
    this.folder = folder;
    this.server = server;
  }

  /**
   * Starts the server and returns when its engine works.
   *
   * @param data where everything is kept; empty keeps nothing
   */
  public static PrivateServer start(EngineStarter engine, Optional<Path> data, String queue) {
    Path folder;
    try {
      folder = Files.createTempDirectory("millrace-");
    } catch (IOException e) {
      throw new CommandFailedException("temporary folder: cannot be made (%s)".formatted(e), e);
    }
    try {
      DevServer server =
          DevServer.start(
              new DevSettings(
                  folder, data, 0, 0, 0, Topics.standard(), PARTITIONS, List.of(queue), List.of()),
              engine);
      return new PrivateServer(folder, server);
    } catch (RuntimeException e) {
      delete(folder);
      throw e;
    }
  }

  /** How to reach it. */
  public Connection connection() {
    ConnectionFile at = server.connection();
    return new Connection(
        Map.of("bootstrap.servers", at.bootstrapServers()),
        Optional.of(at.schemaRegistry()),
        Map.of(),
        new Topics(at.prefix()));
  }

  /** Stops the server. */
  @Override
  public void close() {
    try {
      server.close();
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) {
    try {
      Utils.delete(folder.toFile());
    } catch (IOException e) {
      throw new CommandFailedException("folder %s: cannot be deleted (%s)".formatted(folder, e), e);
    }
  }
}
