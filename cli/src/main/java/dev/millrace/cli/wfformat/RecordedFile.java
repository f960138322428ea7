package dev.millrace.cli.wfformat;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.UnreadableFile;
import dev.millrace.orchestrator.definition.wfformat.WfFormatException;
import dev.millrace.orchestrator.definition.wfformat.WfFormatImporter;
import dev.millrace.orchestrator.definition.wfformat.WfInstance;
import java.io.IOException;
import java.nio.file.Path;

/** Reads recorded executions from files. */
final class RecordedFile {
  private RecordedFile() {}

  /**
   * The execution in a file.
   *
   * @throws CommandFailedException when it cannot be read or holds none
   */
  static WfInstance read(Path file) {
    try {
      return WfFormatImporter.read(file);
    } catch (IOException e) {
      throw new CommandFailedException(UnreadableFile.sentence(file, e), e);
    } catch (WfFormatException e) {
      throw new CommandFailedException("file %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
