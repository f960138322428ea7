package dev.millrace.schemas.registry;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import org.apache.avro.Schema;

/** Asks a registry for the schema with an id. Thread-safe. */
@FunctionalInterface
interface SchemaLookup {
  /**
   * The schema with an id.
   *
   * @throws RestClientException when the registry answers with an error
   * @throws IOException when it does not answer, or not as a registry does
   * @throws UnreadableSchemaException when it has something with this id that is no Avro schema
   */
  Schema byId(int id) throws IOException, RestClientException, UnreadableSchemaException;
}
