package dev.millrace.worker.payload;

import dev.millrace.worker.spi.PayloadStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/**
 * Keeps payloads as files of a folder, which all that read and write them see: on one machine, or a
 * shared file system with atomic renames. Files are written aside, forced to the disk and renamed,
 * and so are the folders, so that each is there as a whole or not at all; a crash may leave a
 * {@code .tmp} file. They have the permissions that the process's umask leaves. Delete what is
 * older than any workflow can be. Thread-safe.
 */
public final class FileStore implements PayloadStore {
  private final String name;
  private final Path folder;

  private FileStore(String name, Path folder) {
    this.name = name;
    this.folder = folder;
  }

  /**
   * A store.
   *
   * @param name the same for all that use the folder
   * @param folder which must exist, and must not exist while what holds it is not mounted: without
   *     it the store is away, and what is in it is not missing
   */
  public static FileStore of(String name, Path folder) {
    return new FileStore(name, folder);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void put(String key, byte[] data) throws IOException {
    checkFolder();
    Path file = file(key);
    Path parent = folder.resolve(key.substring(0, 2));
    Files.createDirectories(parent);
    force(folder); // another process may have made the subfolder just now
    Path aside = parent.resolve("%s.%s.tmp".formatted(key, UUID.randomUUID()));
    try {
      try (FileChannel channel =
          FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer left = ByteBuffer.wrap(data);
        while (left.hasRemaining()) {
          channel.write(left);
        }
        channel.force(true);
      }
      Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      force(parent);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  /** Has names within a folder outlive a loss of power, where a folder can be opened for that. */
  private static void force(Path directory) throws IOException {
    if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  @Override
  public Optional<byte[]> get(String key, int bytes) throws IOException {
    checkFolder();
    try (InputStream file = Files.newInputStream(file(key))) {
      return Optional.of(file.readNBytes(bytes + 1));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** By the first two digits, so that no folder has too many files. */
  private Path file(String key) {
    return folder.resolve(key.substring(0, 2)).resolve(key);
  }

  private void checkFolder() throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException("folder %s does not exist".formatted(folder));
    }
  }
}
