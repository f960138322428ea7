package dev.millrace.schemas.wire;

import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.Payload;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/** Reads the fields of one JSON object, strictly. Not thread-safe. */
final class JsonFields implements AutoCloseable {
  static final String CONTENT_TYPE = "$contentType";
  static final String BASE64 = "$base64";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(Limits.JSON_DEPTH).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  private final byte[] source;
  private final JsonParser parser;

  private JsonFields(byte[] source) {
    this.source = source;
    this.parser = JSON.createParser(ObjectReadContext.empty(), source);
  }

  /** Starts on a document that must be an object. */
  static JsonFields of(byte[] source) throws MalformedRecordException {
    requireUtf8(source);
    JsonFields fields = new JsonFields(source);
    if (fields.parser.nextToken() != JsonToken.START_OBJECT) {
      throw new MalformedRecordException("the document: must be a JSON object", null);
    }
    return fields;
  }

  /** The parser would take UTF-16 and UTF-32 too, whose offsets are not those of the bytes. */
  private static void requireUtf8(byte[] source) throws MalformedRecordException {
    try {
      CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(source));
      if (text.chars().limit(4).noneMatch(c -> c == 0)) {
        return;
      }
    } catch (CharacterCodingException e) {
      throw new MalformedRecordException("not JSON in UTF-8: " + e, e);
    }
    throw new MalformedRecordException("not JSON in UTF-8: it starts with zero bytes", null);
  }

  /** Goes to the value of the next field; the field's name, or null at the object's end. */
  @Nullable String next() {
    if (parser.nextToken() == JsonToken.END_OBJECT) {
      return null;
    }
    String name = parser.currentName();
    parser.nextToken();
    return name;
  }

  /** Enters an object that is the value of a field. */
  void enter(String field) throws MalformedRecordException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      throw wrong(field, "an object");
    }
  }

  /** Enters an array that is the value of a field. */
  void enterArray(String field) throws MalformedRecordException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw wrong(field, "an array");
    }
  }

  /** Goes to the next item of the array; false at its end. */
  boolean nextItem() {
    return parser.nextToken() != JsonToken.END_ARRAY;
  }

  void requireEnd() throws MalformedRecordException {
    if (parser.nextToken() != null) {
      throw new MalformedRecordException("the document: must end after its object", null);
    }
  }

  String string(String field) throws MalformedRecordException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(field, "a string");
    }
    return parser.getString();
  }

  boolean bool(String field) throws MalformedRecordException {
    return switch (parser.currentToken()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> throw wrong(field, "true or false");
    };
  }

  int integer(String field, int min, int max) throws MalformedRecordException {
    String allowed = "a whole number from %d to %d".formatted(min, max);
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
        || parser.getNumberType() != JsonParser.NumberType.INT
        || parser.getIntValue() < min
        || parser.getIntValue() > max) {
      throw wrong(field, allowed);
    }
    return parser.getIntValue();
  }

  long wholeNumber(String field, long min, long max) throws MalformedRecordException {
    JsonParser.NumberType type =
        parser.currentToken() == JsonToken.VALUE_NUMBER_INT ? parser.getNumberType() : null;
    if ((type != JsonParser.NumberType.INT && type != JsonParser.NumberType.LONG)
        || parser.getLongValue() < min
        || parser.getLongValue() > max) {
      throw wrong(field, "a whole number from %d to %d".formatted(min, max));
    }
    return parser.getLongValue();
  }

  double number(String field, double min, double max) throws MalformedRecordException {
    boolean isNumber =
        parser.currentToken() == JsonToken.VALUE_NUMBER_INT
            || parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT;
    if (!isNumber || !(parser.getDoubleValue() >= min && parser.getDoubleValue() <= max)) {
      throw wrong(field, "a number from %s to %s".formatted(min, max));
    }
    return parser.getDoubleValue();
  }

  /** A time in ISO 8601 with an offset, cut to milliseconds. */
  Instant instant(String field) throws MalformedRecordException {
    String allowed = "a time such as \"2026-11-21T10:00:00Z\"";
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw wrong(field, allowed);
    }
    try {
      return Instant.ofEpochMilli(
          OffsetDateTime.parse(parser.getString()).toInstant().toEpochMilli());
    } catch (DateTimeException | ArithmeticException e) {
      throw wrong(field, allowed);
    }
  }

  /** The constant with a name, of those allowed. */
  <E extends Enum<E>> E constant(String field, List<E> allowed) throws MalformedRecordException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      for (E candidate : allowed) {
        if (candidate.name().equals(parser.getString())) {
          return candidate;
        }
      }
    }
    throw wrong(field, "one of " + allowed);
  }

  /** The text of an object as it stands in the document. */
  String rawObject(String field) throws MalformedRecordException {
    enter(field);
    int start = tokenStart();
    parser.skipChildren();
    return new String(source, start, tokenEnd() - start, StandardCharsets.UTF_8);
  }

  /** Any JSON value as it stands in the document, or the bytes that the base64 form holds. */
  Payload payload(String field) throws MalformedRecordException {
    int start = tokenStart();
    String contentType = null;
    String base64 = null;
    boolean others = false;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      for (String name = next(); name != null; name = next()) {
        switch (name) {
          case CONTENT_TYPE -> contentType = string(field + "." + CONTENT_TYPE);
          case BASE64 -> base64 = string(field + "." + BASE64);
          default -> {
            others = true;
            parser.skipChildren();
          }
        }
      }
    } else {
      parser.skipChildren();
    }
    if (contentType == null && base64 == null) {
      return new Payload("", ByteBuffer.wrap(Arrays.copyOfRange(source, start, tokenEnd())));
    }
    if (contentType == null || base64 == null || others) {
      throw new MalformedRecordException(
          "field '%s': an object with '%s' or '%s' must have both and nothing else"
              .formatted(field, CONTENT_TYPE, BASE64),
          null);
    }
    try {
      return new Payload(contentType, ByteBuffer.wrap(Base64.getDecoder().decode(base64)));
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException(
          "field '%s.%s': not base64: %s".formatted(field, BASE64, e.getMessage()), e);
    }
  }

  static MalformedRecordException unknown(String field, String allowed) {
    return new MalformedRecordException(
        "field '%s': unknown; known are %s".formatted(field, allowed), null);
  }

  static <V> V required(@Nullable V value, String field) throws MalformedRecordException {
    if (value == null) {
      throw new MalformedRecordException("field '%s': missing".formatted(field), null);
    }
    return value;
  }

  private MalformedRecordException wrong(String field, String allowed) {
    String found =
        switch (parser.currentToken()) {
          case START_OBJECT -> "an object";
          case START_ARRAY -> "an array";
          case VALUE_STRING -> "\"" + cut(parser.getString()) + "\"";
          default -> cut(parser.getString());
        };
    return new MalformedRecordException(
        "field '%s': %s: must be %s".formatted(field, found, allowed), null);
  }

  private static String cut(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }

  private int tokenStart() {
    return (int) parser.currentTokenLocation().getByteOffset();
  }

  private int tokenEnd() {
    parser.finishToken();
    return (int) parser.currentLocation().getByteOffset();
  }

  @Override
  public void close() {
    parser.close();
  }
}
