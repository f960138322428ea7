package dev.millrace.cli.deadletters;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.cli.connection.Connection;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.JsonIntake;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.Base64;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/** The value of a dead letter, for people. */
final class LetterText {
  /** Most bytes of a value that is no record which are shown. */
  private static final int SHOWN_BYTES = 4096;

  private final Connection connection;

  LetterText(Connection connection) {
    this.connection = connection;
  }

  /** The record in a letter as text, or its bytes in base64 when it is none. */
  String value(DeadLetter letter) {
    byte[] value = letter.value();
    if (value == null) {
      return "none";
    }
    if (JsonIntake.isJson(letter.originalHeaders())) {
      return new String(value, UTF_8);
    }
    Class<? extends SpecificRecordBase> type = type(connection.topics(), letter.topic());
    if (type == null || connection.schemaRegistryUrl().isEmpty()) {
      return bytes(value, "");
    }
    try {
      return read(type, letter.topic(), value);
    } catch (MalformedRecordException e) {
      return bytes(value, " (%s)".formatted(e.getMessage()));
    }
  }

  private String read(Class<? extends SpecificRecordBase> type, String topic, byte[] value)
      throws MalformedRecordException {
    SchemaRegistry registry = connection.registry();
    return new AvroCodec<>(type, topic, registry).decode(value).toString();
  }

  private static String bytes(byte[] value, String why) {
    int shown = Math.min(value.length, SHOWN_BYTES);
    byte[] part = new byte[shown];
    System.arraycopy(value, 0, part, 0, shown);
    return "%d bytes%s, in base64%s: %s"
        .formatted(
            value.length,
            why,
            shown < value.length ? " the first " + shown : "",
            Base64.getEncoder().encodeToString(part));
  }

  private static @Nullable Class<? extends SpecificRecordBase> type(Topics topics, String topic) {
    if (topic.equals(topics.starts())) {
      return WorkflowStart.class;
    }
    if (topic.equals(topics.controls())) {
      return WorkflowControl.class;
    }
    if (topic.equals(topics.completions())) {
      return StepCompletion.class;
    }
    return topics.isCommands(topic) ? StepCommand.class : null;
  }
}
