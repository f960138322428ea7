package dev.millrace.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.cli.connection.Connection;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowSchedule;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.JsonIntake;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** The value of a dead letter, for people. */
final class LetterText {
  /** Most bytes, or characters, of a value that is no record which are shown. */
  private static final int SHOWN = 4096;

  private final Connection connection;

  LetterText(Connection connection) {
    this.connection = connection;
  }

  /** The record in a letter as JSON; of what is none the text, or the bytes in base64. */
  String value(DeadLetter letter) {
    byte[] value = letter.value();
    if (value == null) {
      return "none";
    }
    if (JsonIntake.isJson(letter.originalHeaders())) {
      return text(value).orElseGet(() -> bytes(value, ""));
    }
    Class<? extends SpecificRecordBase> type = type(connection.topics(), letter.topic());
    if (type == null || connection.schemaRegistryUrl().isEmpty()) {
      return unread(value, "");
    }
    try {
      return read(type, letter.topic(), value);
    } catch (MalformedRecordException e) {
      return unread(value, " (no record of its topic: %s)".formatted(e.getMessage()));
    }
  }

  private String read(Class<? extends SpecificRecordBase> type, String topic, byte[] value)
      throws MalformedRecordException {
    SchemaRegistry registry = connection.registry();
    return RecordJson.line(new AvroCodec<>(type, topic, registry).decode(value));
  }

  /** What cannot be read as a record. */
  private static String unread(byte[] value, String why) {
    return text(value)
        .map(
            text ->
                text.length() <= SHOWN
                    ? text + why
                    : "%d bytes%s, the first %d characters: %s"
                        .formatted(value.length, why, SHOWN, Failure.cut(text, SHOWN)))
        .orElseGet(() -> bytes(value, why));
  }

  /** The text that bytes are; empty when they are none, or would act on a terminal. */
  private static Optional<String> text(byte[] value) {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      boolean isPlain =
          text.codePoints().noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\t');
      return isPlain ? Optional.of(text) : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static String bytes(byte[] value, String why) {
    int shown = Math.min(value.length, SHOWN);
    return "%d bytes%s, in base64%s: %s"
        .formatted(
            value.length,
            why,
            shown < value.length ? " the first " + shown : "",
            Base64.getEncoder().encodeToString(Arrays.copyOf(value, shown)));
  }

  private static @Nullable Class<? extends SpecificRecordBase> type(Topics topics, String topic) {
    if (topic.equals(topics.starts()) || topic.equals(topics.children())) {
      return WorkflowStart.class;
    }
    if (topic.equals(topics.controls())) {
      return WorkflowControl.class;
    }
    if (topic.equals(topics.schedules())) {
      return WorkflowSchedule.class;
    }
    if (topic.equals(topics.completions())) {
      return StepCompletion.class;
    }
    return topics.isCommands(topic) ? StepCommand.class : null;
  }
}
