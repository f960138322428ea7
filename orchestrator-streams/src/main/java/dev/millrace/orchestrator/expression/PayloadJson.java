package dev.millrace.orchestrator.expression;

import dev.cel.common.values.NullValue;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.schemas.MediaTypes;
import dev.millrace.schemas.wire.JsonFault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/**
 * Makes values of JSON payloads: whole numbers are Long, others Double, null is {@link NullValue}.
 * A number that fits neither is a BigInteger or BigDecimal: it is handed on exactly, and CEL
 * refuses to compute with it. Of two fields of one name the last counts. Stateless.
 */
final class PayloadJson {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .recyclerPool(JsonRecyclerPools.threadLocalPool())
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(ExpressionLimits.PAYLOAD_DEPTH)
                  .maxNumberLength(ExpressionLimits.NUMBER_CHARS)
                  .maxStringLength(ExpressionLimits.PAYLOAD_BYTES)
                  .maxNameLength(ExpressionLimits.PAYLOAD_BYTES)
                  .build())
          .build();

  private PayloadJson() {}

  /**
   * The value of a payload.
   *
   * @param fields which of the fields of an object to take; the others are read over
   * @throws EvaluationException when it is not JSON or over a limit
   */
  static Object read(Payload payload, FieldNames fields) throws EvaluationException {
    requireJson(payload);
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), payload.data())) {
      JsonToken first = parser.nextToken();
      if (first == null) {
        throw new EvaluationException("the payload is empty, not JSON");
      }
      Object value =
          first == JsonToken.START_OBJECT ? object(parser, fields) : value(parser, first);
      if (parser.nextToken() != null) {
        throw new EvaluationException("the payload has text behind its JSON value");
      }
      return value;
    } catch (InputCoercionException e) {
      throw new EvaluationException("a number of the payload is out of range");
    } catch (JacksonException e) {
      throw new EvaluationException(
          "the payload is not JSON within the limits: " + Excerpt.line(JsonFault.text(e)));
    }
  }

  private static void requireJson(Payload payload) throws EvaluationException {
    String type = payload.contentType();
    if (MediaTypes.isEncoded(type)) {
      throw new EvaluationException(
          "the payload is %s, which only workers can read: an expression cannot look into it"
              .formatted(Excerpt.of(type)));
    }
    if (!type.isEmpty() && !isJson(type)) {
      throw new EvaluationException(
          "the payload is %s, and an expression can look only into application/json"
              .formatted(Excerpt.of(type)));
    }
    if (payload.data().length > ExpressionLimits.PAYLOAD_BYTES) {
      throw new EvaluationException(
          "the payload has %d bytes, and an expression can look only into %d"
              .formatted(payload.data().length, ExpressionLimits.PAYLOAD_BYTES));
    }
  }

  private static boolean isJson(String contentType) {
    int end = contentType.indexOf(';');
    String type = (end < 0 ? contentType : contentType.substring(0, end)).strip();
    return type.toLowerCase(Locale.ROOT).equals("application/json");
  }

  private static Object value(JsonParser parser, JsonToken token) throws EvaluationException {
    return switch (token) {
      case START_OBJECT -> object(parser, FieldNames.ALL);
      case START_ARRAY -> list(parser);
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT -> whole(parser);
      case VALUE_NUMBER_FLOAT -> fraction(parser);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> NullValue.NULL_VALUE;
      case PROPERTY_NAME, END_OBJECT, END_ARRAY, NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT ->
          throw new IllegalStateException("no value begins with " + token);
    };
  }

  private static JsonObject object(JsonParser parser, FieldNames fields)
      throws EvaluationException {
    Map<String, Object> values = new LinkedHashMap<>();
    long weight = 1;
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      JsonToken token = parser.nextToken();
      if (fields.contains(name)) {
        Object value = value(parser, token);
        values.put(name, value);
        weight += 1L + name.length() / Weighed.TEXT_UNIT + Weighed.of(value);
      } else {
        parser.skipChildren();
      }
    }
    return new JsonObject(values, weight);
  }

  private static JsonList list(JsonParser parser) throws EvaluationException {
    ArrayList<Object> items = new ArrayList<>();
    long weight = 1;
    for (JsonToken token = parser.nextToken();
        token != JsonToken.END_ARRAY;
        token = parser.nextToken()) {
      Object item = value(parser, token);
      items.add(item);
      weight += Weighed.of(item);
    }
    return new JsonList(items, weight);
  }

  private static Number whole(JsonParser parser) {
    return switch (parser.getNumberType()) {
      case INT, LONG -> parser.getLongValue();
      case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> parser.getBigIntegerValue();
    };
  }

  private static Number fraction(JsonParser parser) {
    double value = parser.getDoubleValue();
    return Double.isFinite(value) ? value : parser.getDecimalValue();
  }
}
