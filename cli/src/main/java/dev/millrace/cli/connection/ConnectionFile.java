package dev.millrace.cli.connection;

import dev.millrace.cli.CommandFailedException;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;
import java.util.Properties;

/**
 * What a dev server leaves in its folder so that commands in that folder find it. The names are
 * those of Kafka's and Confluent's clients where there are any, so that the file serves them too.
 *
 * @param pid the dev server's process
 * @param processStart when that process started, in milliseconds since 1970, since process ids are
 *     used again; 0 when unknown
 */
public record ConnectionFile(
    String bootstrapServers,
    String schemaRegistry,
    String prefix,
    Optional<String> http,
    long pid,
    long processStart) {

  private static final String BOOTSTRAP = "bootstrap.servers";
  private static final String REGISTRY = "schema.registry.url";
  private static final String PREFIX = "millrace.prefix";
  private static final String HTTP = "millrace.http.url";
  private static final String PID = "millrace.pid";
  private static final String START = "millrace.process.start.ms";

  /** The connection to a dev server that is this process. */
  public static ConnectionFile ofThisProcess(
      String bootstrapServers, String schemaRegistry, String prefix, Optional<String> http) {
    ProcessHandle process = ProcessHandle.current();
    return new ConnectionFile(
        bootstrapServers, schemaRegistry, prefix, http, process.pid(), startOf(process));
  }

  /** Where the dev server of a folder leaves its connection. */
  public static Path in(Path folder) {
    return folder.resolve(".millrace").resolve("dev").resolve("connection.properties");
  }

  /** The dev server of a folder, if one is running there. */
  public static Optional<ConnectionFile> running(Path folder) {
    Path file = in(folder);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    return Optional.of(read(file)).filter(ConnectionFile::isAlive);
  }

  private static ConnectionFile read(Path file) {
    Properties properties = new Properties();
    try (BufferedReader in = Files.newBufferedReader(file)) {
      properties.load(in);
      return new ConnectionFile(
          properties.getProperty(BOOTSTRAP, ""),
          properties.getProperty(REGISTRY, ""),
          properties.getProperty(PREFIX, ""),
          Optional.ofNullable(properties.getProperty(HTTP)),
          Long.parseLong(properties.getProperty(PID, "0")),
          Long.parseLong(properties.getProperty(START, "0")));
    } catch (IOException | IllegalArgumentException e) {
      throw new CommandFailedException(
          "connection file %s: cannot be read (%s); delete it, or start the dev server again"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  /**
   * Writes the file unless it is that of another dev server which runs.
   *
   * @return the other server; empty when the file was written
   */
  public Optional<ConnectionFile> writeUnlessTaken(Path folder) throws IOException {
    Optional<ConnectionFile> other = holder(folder);
    if (other.isEmpty()) {
      write(folder);
    }
    return other;
  }

  private static Optional<ConnectionFile> holder(Path folder) {
    try {
      return running(folder);
    } catch (CommandFailedException e) {
      return Optional.empty(); // nobody finds a server by what cannot be read
    }
  }

  /** Writes the file in one step, so that no reader sees half of it. */
  void write(Path folder) throws IOException {
    Path file = in(folder);
    Files.createDirectories(file.resolveSibling("."));
    Properties properties = new Properties();
    properties.setProperty(BOOTSTRAP, bootstrapServers);
    properties.setProperty(REGISTRY, schemaRegistry);
    properties.setProperty(PREFIX, prefix);
    http.ifPresent(url -> properties.setProperty(HTTP, url));
    properties.setProperty(PID, Long.toString(pid));
    properties.setProperty(START, Long.toString(processStart));
    Path draft = file.resolveSibling("connection.properties." + pid);
    try (BufferedWriter out = Files.newBufferedWriter(draft)) {
      properties.store(out, "The dev server that runs in this folder");
    }
    Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Deletes the file of a folder unless it speaks of another server by now. */
  public void delete(Path folder) throws IOException {
    Path file = in(folder);
    if (Files.isRegularFile(file) && read(file).equals(this)) {
      Files.delete(file);
    }
  }

  private boolean isAlive() {
    return ProcessHandle.of(pid)
        .filter(ProcessHandle::isAlive)
        .filter(process -> processStart == 0 || startOf(process) == processStart)
        .isPresent();
  }

  private static long startOf(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }
}
