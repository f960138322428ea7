package dev.millrace.cli.workflow;

import dev.millrace.cli.UnreadableFile;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.wire.JsonFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Reads the inputs that users give: JSON, or the name of a file of it behind an at sign. */
final class GivenInput {
  private GivenInput() {}

  /**
   * The input.
   *
   * @throws ParameterException when it is no JSON, too large or in no file that can be read
   */
  static Payload of(CommandSpec command, String given) {
    byte[] bytes =
        given.startsWith("@")
            ? read(command, Path.of(given.substring(1)))
            : given.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > Limits.PAYLOAD_BYTES) {
      throw refused(
          command,
          "input of %d bytes: must have at most %d; put large data elsewhere and pass where it is"
              .formatted(bytes.length, Limits.PAYLOAD_BYTES));
    }
    try {
      JsonMapper.shared().readTree(bytes);
    } catch (JacksonException e) {
      throw refused(command, "input: not JSON: %s".formatted(JsonFault.at(e)));
    }
    return Payload.newBuilder().setData(ByteBuffer.wrap(bytes)).build();
  }

  private static byte[] read(CommandSpec command, Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw refused(command, "input: " + UnreadableFile.sentence(file, e));
    }
  }

  private static ParameterException refused(CommandSpec command, String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
