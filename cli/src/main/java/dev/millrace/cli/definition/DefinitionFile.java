package dev.millrace.cli.definition;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.UnreadableFile;
import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.definition.SourceFormat;
import dev.millrace.orchestrator.expression.CelExpressions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads definitions from files. */
final class DefinitionFile {
  private static final DefinitionParser PARSER = new DefinitionParser(new CelExpressions());

  private DefinitionFile() {}

  /**
   * What a file came to; one that is too large is read no further than the parser needs to see
   * that.
   *
   * @throws CommandFailedException when it cannot be read
   */
  static ParsedDefinition parse(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] source = in.readNBytes(DefinitionParser.SOURCE_BYTES + 1);
      return PARSER.parse(source, SourceFormat.ofFileName(file.toString()));
    } catch (IOException e) {
      throw new CommandFailedException("definition: " + UnreadableFile.sentence(file, e), e);
    }
  }
}
