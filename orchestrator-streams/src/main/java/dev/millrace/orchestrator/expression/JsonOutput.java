package dev.millrace.orchestrator.expression;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.schemas.wire.JsonFault;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * JSON of the values of expressions: without spaces, fields in the order of the value, so that one
 * value always gives the same bytes. One object writes one payload; of one thread.
 */
final class JsonOutput {
  private static final JsonFactory FACTORY =
      JsonFactory.builder().recyclerPool(JsonRecyclerPools.threadLocalPool()).build();
  private static final int USUAL_BYTES = 256;
  private static final BigInteger NANOS = BigInteger.valueOf(1_000_000_000);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(USUAL_BYTES);
  private final JsonGenerator json =
      FACTORY.createGenerator(ObjectWriteContext.empty(), bytes, JsonEncoding.UTF8);

  /** Something that writes one value. */
  @FunctionalInterface
  interface Content {
    void write(JsonOutput output) throws EvaluationException;
  }

  /**
   * The payload that a content writes.
   *
   * @throws EvaluationException when it is larger than {@link ExpressionLimits#RESULT_BYTES}, or
   *     holds what JSON cannot say
   */
  static Payload payload(Content content) throws EvaluationException {
    return new Payload("", toBytes(content));
  }

  /** A value as text: a string as it is, all else as in JSON, without quotes. */
  static String text(Object value) throws EvaluationException {
    if (value instanceof Optional<?> optional && optional.isPresent()) {
      return text(optional.get());
    }
    String scalar = quoted(value);
    return scalar != null
        ? scalar
        : new String(toBytes(output -> output.value(value)), StandardCharsets.UTF_8);
  }

  private static byte[] toBytes(Content content) throws EvaluationException {
    JsonOutput output = new JsonOutput();
    try {
      try (JsonGenerator json = output.json) {
        content.write(output);
      }
      output.checkSize();
      return output.bytes.toByteArray();
    } catch (JacksonException e) {
      throw new EvaluationException(
          "the value cannot be written as JSON: " + Excerpt.line(JsonFault.text(e)));
    }
  }

  void beginObject() {
    json.writeStartObject();
  }

  void name(String name) {
    json.writeName(name);
  }

  void endObject() {
    json.writeEndObject();
  }

  void beginList() {
    json.writeStartArray();
  }

  void endList() {
    json.writeEndArray();
  }

  /** Writes a value of any kind. */
  void value(Object value) throws EvaluationException {
    value(value, 0);
  }

  private void value(Object value, int depth) throws EvaluationException {
    checkSize();
    if (depth > ExpressionLimits.VALUE_DEPTH) {
      throw new EvaluationException(
          "the value is nested deeper than %d; make it flatter"
              .formatted(ExpressionLimits.VALUE_DEPTH));
    }
    String text = quoted(value);
    if (text != null) {
      json.writeString(text);
      return;
    }
    switch (value) {
      case NullValue none -> json.writeNull();
      case Boolean truth -> json.writeBoolean(truth);
      case Long number -> json.writeNumber(number);
      case Double number -> json.writeNumber(finite(number));
      case UnsignedLong number -> json.writeNumber(number.bigIntegerValue());
      case BigInteger number -> json.writeNumber(number);
      case BigDecimal number -> json.writeNumber(number);
      case Collection<?> items -> list(items, depth);
      case Map<?, ?> fields -> object(fields, depth);
      case Optional<?> optional -> value(optional.orElse(null), depth, NullValue.NULL_VALUE);
      default ->
          throw new EvaluationException(
              "it gives a %s, for which there is no JSON"
                  .formatted(value.getClass().getSimpleName()));
    }
  }

  private void value(@Nullable Object value, int depth, Object otherwise)
      throws EvaluationException {
    value(value == null ? otherwise : value, depth + 1);
  }

  private void list(Collection<?> items, int depth) throws EvaluationException {
    json.writeStartArray();
    for (Object item : items) {
      value(item, depth + 1);
    }
    json.writeEndArray();
  }

  private void object(Map<?, ?> fields, int depth) throws EvaluationException {
    Set<String> names = new HashSet<>();
    json.writeStartObject();
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      String name = String.valueOf(field.getKey());
      if (!(fields instanceof JsonObject) && !names.add(name)) {
        throw new EvaluationException(
            "a map has two keys that are %s in JSON; keep one".formatted(Excerpt.of(name)));
      }
      json.writeName(name);
      value(field.getValue(), depth + 1);
    }
    json.writeEndObject();
  }

  /** The text of what is a string in JSON; null for all else. */
  private static @Nullable String quoted(Object value) {
    return switch (value) {
      case String text -> text;
      case CelByteString data -> Base64.getEncoder().encodeToString(data.toByteArray());
      case Instant time -> time.toString();
      case Duration duration -> seconds(duration);
      default -> null;
    };
  }

  /** As protobuf's JSON has it: 1.5s. */
  private static String seconds(Duration duration) {
    BigInteger nanos =
        BigInteger.valueOf(duration.getSeconds())
            .multiply(NANOS)
            .add(BigInteger.valueOf(duration.getNano()));
    BigDecimal seconds = new BigDecimal(nanos, 9).stripTrailingZeros();
    return seconds.toPlainString() + "s";
  }

  private static double finite(double number) throws EvaluationException {
    if (!Double.isFinite(number)) {
      throw new EvaluationException("it gives %s, for which there is no JSON".formatted(number));
    }
    return number;
  }

  private void checkSize() throws EvaluationException {
    if (bytes.size() > ExpressionLimits.RESULT_BYTES) {
      throw new EvaluationException(
          "the result is larger than %d bytes; hand on less"
              .formatted(ExpressionLimits.RESULT_BYTES));
    }
  }
}
