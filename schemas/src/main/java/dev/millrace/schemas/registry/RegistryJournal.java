package dev.millrace.schemas.registry;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the built-in registry was told, in order: one JSON object a line, forced to disk before the
 * registry answers. A last line that a crash cut off is dropped when the file is opened. The file
 * is locked while it is open. Not thread-safe.
 */
final class RegistryJournal implements Closeable {
  static final String FILE = "schema-registry.jsonl";

  /**
   * One change: a schema registered, or a compatibility level set.
   *
   * @param subject the subject; empty for the level of the whole registry
   * @param compatibility the level, or null when a schema was registered
   * @param schema the schema's text, or null when a level was set
   * @param id id of the schema; 0 when a level was set
   */
  record Change(String subject, @Nullable String compatibility, @Nullable String schema, int id) {}

  private static final JsonMapper JSON = JsonMapper.shared();

  private final FileChannel channel;
  private final List<Change> found;

  private RegistryJournal(FileChannel channel, List<Change> found) {
    this.channel = channel;
    this.found = found;
  }

  /**
   * Opens a folder's journal, or starts one.
   *
   * @throws IOException when it cannot be read or written, is in use, or holds what is no change
   */
  static RegistryJournal open(Path folder) throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve(FILE);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    try {
      lock(channel, file);
      return new RegistryJournal(channel, read(channel, file));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void lock(FileChannel channel, Path file) throws IOException {
    boolean locked;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      locked = false;
    }
    if (!locked) {
      throw new IOException("%s is in use by another registry; stop it first".formatted(file));
    }
  }

  private static List<Change> read(FileChannel channel, Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    List<Change> changes = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        try {
          changes.add(JSON.readValue(bytes, start, i - start, Change.class));
        } catch (JacksonException e) {
          throw new IOException(
              "%s line %d is damaged: %s; restore the file or delete it (ids then start again)"
                  .formatted(file, changes.size() + 1, e.getOriginalMessage()),
              e);
        }
        start = i + 1;
      }
    }
    channel.truncate(start);
    channel.position(start);
    return changes;
  }

  /** The changes that the file held when it was opened. */
  List<Change> found() {
    return found;
  }

  /** Appends a change and forces it to disk. */
  void append(Change change) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    line.write(JSON.writeValueAsBytes(change));
    line.write('\n');
    long before = channel.position();
    try {
      ByteBuffer bytes = ByteBuffer.wrap(line.toByteArray());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(false);
    } catch (IOException e) {
      channel.truncate(before);
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
