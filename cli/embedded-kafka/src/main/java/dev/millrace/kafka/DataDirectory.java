package dev.millrace.kafka;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * The folder of one broker, locked for as long as this object is open, so that a second broker on
 * it is refused before it can touch anything. The lock dies with the process, also on kill -9.
 */
final class DataDirectory implements AutoCloseable {
  static final int NODE_ID = 1;

  private final Path root;
  private final boolean temporary;
  private final FileChannel channel;

  private DataDirectory(Path root, boolean temporary, FileChannel channel) {
    this.root = root;
    this.temporary = temporary;
    this.channel = channel;
  }

  /**
   * Creates the folder if needed, locks it and formats it if it is new.
   *
   * @param folder where; null means a folder of its own that {@link #close} deletes
   * @throws BrokerStartException when the folder is in use or cannot be written
   */
  static DataDirectory open(@Nullable Path folder, String controllerListener) {
    boolean temporary = folder == null;
    try {
      Path root =
          folder == null
              ? Files.createTempDirectory("millrace-kafka-")
              : Files.createDirectories(folder.toAbsolutePath().normalize());
      FileChannel channel = lock(root);
      DataDirectory opened = new DataDirectory(root, temporary, channel);
      try {
        opened.formatIfNew(controllerListener);
      } catch (BrokerStartException e) {
        opened.close();
        throw e;
      }
      return opened;
    } catch (IOException e) {
      throw new BrokerStartException(
          "data folder %s: cannot be created or written (%s); choose another folder or fix its permissions"
              .formatted(folder, e),
          e);
    }
  }

  private static FileChannel lock(Path root) throws IOException {
    Path file = root.resolve("broker.lock");
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null; // a broker of this very process holds it
    }
    if (lock == null) {
      channel.close();
      throw new BrokerStartException(
          "data folder %s: in use by a broker in process %s; stop that one or choose another folder"
              .formatted(root, Files.readString(file).strip()),
          null);
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap(
            (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
    return channel;
  }

  private void formatIfNew(String controllerListener) {
    String logs = logs().toString();
    if (Files.exists(logs().resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME))) {
      return;
    }
    try {
      new Formatter()
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .setNodeId(NODE_ID)
          .setClusterId(Uuid.randomUuid().toString())
          .setControllerListenerName(controllerListener)
          .setMetadataLogDirectory(logs)
          .addDirectory(logs)
          .run();
    } catch (Exception e) {
      throw new BrokerStartException(
          "data folder %s: cannot be formatted (%s)".formatted(root, e), e);
    }
  }

  Path root() {
    return root;
  }

  boolean isTemporary() {
    return temporary;
  }

  /** Where Kafka keeps its logs. */
  Path logs() {
    return root.resolve("logs");
  }

  /** Gives the lock back, and deletes the folder if it is a temporary one. */
  @Override
  public void close() {
    try (channel) {
      if (temporary) {
        delete(root);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("data folder %s: cannot be deleted".formatted(root), e);
    }
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.deleteIfExists(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
