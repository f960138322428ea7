package dev.millrace.schemas.registry;

import org.apache.avro.Schema;

/** A Confluent-compatible schema registry. Thread-safe. */
public interface SchemaRegistry {
  /**
   * Registers a schema under a subject, with compatibility FULL_TRANSITIVE, and gives its id; the
   * same schema again gives the same id.
   *
   * @throws IncompatibleSchemaException when the subject's compatibility forbids the schema
   * @throws RegistryUnavailableException when the registry cannot be reached or cannot answer
   */
  int register(String subject, Schema schema);

  /**
   * The schema with an id.
   *
   * @throws UnknownSchemaException when the registry has no schema with this id, or one that is not
   *     Avro or cannot be read
   * @throws RegistryUnavailableException when the registry cannot be reached or cannot answer
   */
  Schema schemaById(int id);
}
