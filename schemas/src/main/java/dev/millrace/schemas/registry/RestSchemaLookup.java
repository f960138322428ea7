package dev.millrace.schemas.registry;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.rest.RestService;
import io.confluent.kafka.schemaregistry.client.rest.entities.SchemaReference;
import io.confluent.kafka.schemaregistry.client.rest.entities.SchemaString;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Takes the text of a schema over the registry's REST interface and reads it here. Confluent's
 * client would do both at once, and reports a schema of another type, or one that it cannot read,
 * as it reports a registry that does not answer.
 */
final class RestSchemaLookup implements SchemaLookup {
  /** Most schemas that one schema may refer to, directly or through others. */
  static final int MAX_REFERENCES = 100;

  private final RestService rest;

  RestSchemaLookup(RestService rest) {
    this.rest = rest;
  }

  @Override
  public Schema byId(int id) throws IOException, RestClientException, UnreadableSchemaException {
    SchemaString found = rest.getId(id);
    String type = found.getSchemaType();
    if (type != null && !type.equals(AvroSchema.TYPE)) {
      throw new UnreadableSchemaException("is of type %s, not Avro".formatted(type), null);
    }
    List<SchemaReference> references = present(found.getReferences());
    Map<String, String> texts = new LinkedHashMap<>();
    resolve(references, texts);
    return parsed(found.getSchemaString(), references, texts);
  }

  /** Adds what the references refer to, each after what it refers to itself. */
  private void resolve(List<SchemaReference> references, Map<String, String> texts)
      throws IOException, RestClientException, UnreadableSchemaException {
    for (SchemaReference reference : references) {
      if (texts.containsKey(reference.getName())) {
        continue;
      }
      if (texts.size() >= MAX_REFERENCES) {
        throw new UnreadableSchemaException(
            "refers to more than %d other schemas".formatted(MAX_REFERENCES), null);
      }
      var found = rest.getVersion(reference.getSubject(), reference.getVersion(), true);
      resolve(present(found.getReferences()), texts);
      texts.putIfAbsent(reference.getName(), found.getSchema());
    }
  }

  private static Schema parsed(
      @Nullable String text, List<SchemaReference> references, Map<String, String> texts)
      throws UnreadableSchemaException {
    if (text == null) {
      throw new UnreadableSchemaException("has no text", null);
    }
    try {
      return new AvroSchema(text, references, texts, null).rawSchema();
    } catch (RuntimeException | StackOverflowError e) {
      // Avro reports bad schemas in many ways; the overflow is one that nests too deep.
      throw new UnreadableSchemaException("cannot be read as an Avro schema: " + e, e);
    }
  }

  private static List<SchemaReference> present(@Nullable List<SchemaReference> references) {
    return references == null ? List.of() : references;
  }
}
