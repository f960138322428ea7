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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Payloads that users give as {@code JSON|@FILE}, in one form for all options that take one. */
final class PayloadArgument {
  /** What stands for a value in the help. */
  static final String LABEL = "JSON|@FILE";

  /** What follows in the help when it is said what the payload is. */
  static final String FORM = ": JSON, or @ and the file that holds it.";

  private PayloadArgument() {}

  /**
   * The payload; null if none is given.
   *
   * @param what its name for the user, such as input
   * @throws ParameterException when it cannot be read, is no JSON or too large
   */
  static @Nullable Payload read(CommandSpec command, String what, @Nullable String given) {
    if (given == null) {
      return null;
    }
    byte[] bytes =
        given.startsWith("@")
            ? file(command, what, Path.of(given.substring(1)))
            : given.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > Limits.PAYLOAD_BYTES) {
      throw refused(
          command,
          "%s of %d bytes: must have at most %d; put large data elsewhere and pass where it is"
              .formatted(what, bytes.length, Limits.PAYLOAD_BYTES));
    }
    try {
      if (JsonMapper.shared().readTree(bytes).isMissingNode()) {
        throw refused(command, what + ": empty; give JSON, such as null, or leave the option out");
      }
    } catch (JacksonException e) {
      throw refused(command, "%s: not JSON: %s".formatted(what, JsonFault.at(e)));
    }
    return Payload.newBuilder().setData(ByteBuffer.wrap(bytes)).build();
  }

  private static byte[] file(CommandSpec command, String what, Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw refused(command, what + ": " + UnreadableFile.sentence(file, e));
    }
  }

  private static ParameterException refused(CommandSpec command, String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
