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
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.PayloadSchema;
import java.util.List;
import tools.jackson.core.JacksonException;

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
    try {
      List<String> violations = violations(OF_SCHEMAS, json);
      if (!violations.isEmpty()) {
        throw new InvalidExpressionException("no JSON Schema: " + violations.getFirst(), 0);
      }
      Schema schema = REGISTRY.getSchema(json, InputFormat.JSON);
      schema.initializeValidators();
      return payload ->
          payload.data().length == 0
              ? List.of("there is none, and the schema asks for one")
              : violations(schema, new String(payload.data(), UTF_8));
    } catch (SchemaException e) {
      throw new InvalidExpressionException("no JSON Schema: " + e.getMessage(), 0);
    }
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
