package dev.millrace.schemas.registry;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.time.Duration;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;

/**
 * The registry behind Confluent's own client. Answers about ids are kept, so the registry is asked
 * once for an id; an id that it does not know is asked for again after {@link #UNKNOWN_KEPT}.
 *
 * <p>Ids come from records that anybody may have written, so what they can cost is bounded: at most
 * {@value #MAX_KEPT} answers of each kind are kept, and at most {@value #LOOKUPS_PER_SECOND} ids a
 * second are asked for, with a burst of {@value #LOOKUP_BURST}. Beyond that a call is answered with
 * {@link RegistryUnavailableException}: the record is read again later and not taken for bad.
 */
public final class ConfluentSchemaRegistry implements SchemaRegistry {
  /** The compatibility level that every subject of the contract is given. */
  public static final String COMPATIBILITY = "FULL_TRANSITIVE";

  /** Most ids of which the schema is kept, and most of which it is kept that there is none. */
  public static final int MAX_KEPT = 10_000;

  /** How long an id counts as unknown before the registry is asked again. */
  public static final Duration UNKNOWN_KEPT = Duration.ofSeconds(30);

  /** Ids asked for in a second, in the long run. */
  public static final int LOOKUPS_PER_SECOND = 100;

  /** Ids that may be asked for at once after a quiet time. */
  public static final int LOOKUP_BURST = 1_000;

  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final SchemaRegistryClient client;
  private final String address;
  private final Cache<Integer, Schema> known;
  private final Cache<Integer, Boolean> unknown;
  private final LookupBudget budget;

  /**
   * The registry behind a client.
   *
   * @param address what messages call the registry; holds no credentials
   */
  ConfluentSchemaRegistry(SchemaRegistryClient client, String address, Ticker ticker) {
    this.client = client;
    this.address = address;
    this.known = CacheBuilder.newBuilder().maximumSize(MAX_KEPT).build();
    this.unknown =
        CacheBuilder.newBuilder()
            .maximumSize(MAX_KEPT)
            .expireAfterWrite(UNKNOWN_KEPT)
            .ticker(ticker)
            .build();
    this.budget = new LookupBudget(LOOKUPS_PER_SECOND, LOOKUP_BURST, ticker);
  }

  @Override
  public int register(String subject, Schema schema) {
    try {
      if (!COMPATIBILITY.equals(compatibility(subject))) {
        client.updateCompatibility(subject, COMPATIBILITY);
      }
      int id = client.register(subject, new AvroSchema(schema));
      known.put(id, schema);
      unknown.invalidate(id);
      return id;
    } catch (RestClientException e) {
      if (e.getStatus() == CONFLICT) {
        throw new IncompatibleSchemaException(
            "schema %s cannot be registered under subject '%s' at %s: its compatibility level forbids it; add fields with defaults or enum symbols, or use a new topic version. The registry says: %s"
                .formatted(schema.getFullName(), subject, address, e.getMessage()),
            e);
      }
      throw unavailable("register subject '%s'".formatted(subject), e);
    } catch (IOException e) {
      throw unavailable("register subject '%s'".formatted(subject), e);
    }
  }

  /** The subject's own level; empty when it has none and follows the registry's. */
  private String compatibility(String subject) throws IOException, RestClientException {
    try {
      return client.getCompatibility(subject);
    } catch (RestClientException e) {
      if (e.getStatus() == NOT_FOUND) {
        return "";
      }
      throw e;
    }
  }

  @Override
  public Schema schemaById(int id) {
    Schema schema = known.getIfPresent(id);
    if (schema != null) {
      return schema;
    }
    if (id <= 0 || unknown.getIfPresent(id) != null) {
      throw new UnknownSchemaException("%s has no schema with id %d".formatted(address, id), null);
    }
    if (!budget.tryTake()) {
      throw new RegistryUnavailableException(
          "schema id %d is not looked up now: more than %d new ids a second; try again later"
              .formatted(id, LOOKUPS_PER_SECOND),
          null);
    }
    Schema found = lookUp(id);
    known.put(id, found);
    return found;
  }

  private Schema lookUp(int id) {
    try {
      ParsedSchema parsed = client.getSchemaById(id);
      if (parsed.rawSchema() instanceof Schema schema) {
        return schema;
      }
      unknown.put(id, true);
      throw new UnknownSchemaException(
          "schema id %d at %s is of type %s, not Avro".formatted(id, address, parsed.schemaType()),
          null);
    } catch (RestClientException e) {
      if (e.getStatus() == NOT_FOUND) {
        unknown.put(id, true);
        throw new UnknownSchemaException("%s has no schema with id %d".formatted(address, id), e);
      }
      throw unavailable("look up schema id " + id, e);
    } catch (IOException e) {
      throw unavailable("look up schema id " + id, e);
    } catch (SchemaParseException e) {
      unknown.put(id, true);
      throw new UnknownSchemaException(
          "schema id %d at %s cannot be parsed: %s".formatted(id, address, e.getMessage()), e);
    }
  }

  private RegistryUnavailableException unavailable(String what, Exception cause) {
    return new RegistryUnavailableException(
        "cannot %s at %s: %s".formatted(what, address, cause.getMessage()), cause);
  }
}
