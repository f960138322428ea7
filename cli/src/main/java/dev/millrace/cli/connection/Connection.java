package dev.millrace.cli.connection;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistries;
import dev.millrace.schemas.registry.SchemaRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Where Kafka and the schema registry are, once flags, environment, files and a running dev server
 * have been looked at.
 *
 * @param kafka settings of Kafka's clients, {@code bootstrap.servers} included
 * @param schemaRegistryUrl address of the registry, if known
 * @param schemaRegistryConfig credentials and TLS of the registry's client
 * @param topics names of the topics
 */
public record Connection(
    Map<String, String> kafka,
    Optional<String> schemaRegistryUrl,
    Map<String, String> schemaRegistryConfig,
    Topics topics) {

  public Connection {
    kafka = Map.copyOf(kafka);
    schemaRegistryConfig = Map.copyOf(schemaRegistryConfig);
  }

  /** Settings for a Kafka client, with those of the caller on top. */
  public Map<String, Object> kafka(Map<String, ?> more) {
    Map<String, Object> settings = new HashMap<>(kafka);
    settings.putAll(more);
    return settings;
  }

  /**
   * The schema registry.
   *
   * @throws CommandFailedException when nobody said where it is
   */
  public SchemaRegistry registry() {
    String url =
        schemaRegistryUrl.orElseThrow(
            () ->
                new CommandFailedException(
                    "no schema registry to use: give --schema-registry URL, set MILLRACE_SCHEMA_REGISTRY, or start 'millrace dev' in this folder"));
    return SchemaRegistries.connect(url, schemaRegistryConfig);
  }
}
