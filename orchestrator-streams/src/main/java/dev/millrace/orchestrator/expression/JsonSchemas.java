package dev.millrace.orchestrator.expression;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.Dialects;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.PayloadSchema;
import dev.millrace.schemas.wire.JsonFault;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Payload schemas in the words of JSON Schema 2020-12. A schema is whole in itself: it refers to
 * nothing that would have to be fetched.
 */
final class JsonSchemas {
  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private static final Schema OF_SCHEMAS =
      REGISTRY.getSchema(SchemaLocation.of(Dialects.getDraft202012().getId()));

  private JsonSchemas() {}

  static PayloadSchema compile(String json) throws InvalidExpressionException {
    check(json);
    try {
      Schema schema = REGISTRY.getSchema(json, InputFormat.JSON);
      schema.initializeValidators();
      return payload ->
          payload.data().length == 0
              ? List.of("there is none, and the schema asks for one")
              : violations(schema, new String(payload.data(), UTF_8));
    } catch (SchemaException e) {
      throw none(
          "it refers to what is not in it, or cannot be used otherwise; write it as a whole",
          String.valueOf(e.getMessage()));
    }
  }

  private static void check(String json) throws InvalidExpressionException {
    List<Error> errors;
    try {
      errors = OF_SCHEMAS.validate(json, InputFormat.JSON);
    } catch (JacksonException e) {
      throw none("it is no JSON; correct it", JsonFault.text(e));
    }
    if (!errors.isEmpty()) {
      Error first = errors.getFirst();
      String place = first.getInstanceLocation().toString();
      JsonNode found = JsonMapper.shared().readTree(json).at(place);
      throw none(
          "%s%s %s"
              .formatted(
                  Excerpt.of(found.isString() ? found.asString() : found.toString()),
                  place.isEmpty() ? "" : " at " + Excerpt.line(place),
                  place.endsWith("/type")
                      ? "is no type; there are array, boolean, integer, null, number, object and string"
                      : "is nothing that a schema may have there; correct or remove it"),
          first.getMessage());
    }
  }

  /** That a text is no schema; what the validator says itself comes last, in parentheses. */
  private static InvalidExpressionException none(String reason, String validator) {
    return new InvalidExpressionException(
        "no JSON Schema: %s (validator: %s)".formatted(reason, Excerpt.line(validator)), 0);
  }

  private static List<String> violations(Schema schema, String json) {
    try {
      return schema.validate(json, InputFormat.JSON).stream().map(JsonSchemas::sentence).toList();
    } catch (JacksonException e) {
      return List.of("it is no JSON: " + e.getOriginalMessage());
    }
  }

  private static String sentence(Error error) {
    String place = error.getInstanceLocation().toString();
    return (place.isEmpty() ? "the payload" : place) + ": " + error.getMessage();
  }
}
