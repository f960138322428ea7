package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Says why a file that the user named cannot be read. */
public final class UnreadableFile {
  private UnreadableFile() {}

  /** The file and the reason. */
  public static String sentence(Path file, IOException reason) {
    if (reason instanceof NoSuchFileException) {
      return "file %s does not exist".formatted(file);
    }
    if (reason instanceof AccessDeniedException) {
      return "file %s cannot be read: permission denied".formatted(file);
    }
    if (Files.isDirectory(file)) {
      return "%s is a folder, not a file".formatted(file);
    }
    return "file %s cannot be read (%s)".formatted(file, reason);
  }
}
