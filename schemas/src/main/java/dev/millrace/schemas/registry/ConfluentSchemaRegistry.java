package dev.millrace.schemas.registry;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The registry behind Confluent's own client. What was registered is remembered, so the registry is
 * asked once for a schema of a subject and may be away when it is registered again. Answers about
 * ids are kept too; an id that it does not know is asked for again after {@link #UNKNOWN_KEPT}.
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

  /**
   * Refusals that say nothing of what was asked for: credentials, a proxy, a timeout, too many
   * requests. What was asked for may be answered later.
   */
  private static final Set<Integer> NOT_NOW = Set.of(401, 403, 407, 408, 429);

  private final SchemaRegistryClient client;
  private final SchemaLookup lookup;
  private final String address;
  private final Cache<Registration, Integer> registered;
  private final Cache<Integer, Schema> known;

  /** Ids without an Avro schema, each with the reason. */
  private final Cache<Integer, String> unknown;

  private final LookupBudget budget;

  private record Registration(String subject, Schema schema) {}

  /**
   * The registry behind a client.
   *
   * @param client what schemas are registered with
   * @param lookup what they are looked up with
   * @param address what messages call the registry; holds no credentials
   */
  ConfluentSchemaRegistry(
      SchemaRegistryClient client, SchemaLookup lookup, String address, Ticker ticker) {
    this.client = client;
    this.lookup = lookup;
    this.address = address;
    this.registered = CacheBuilder.newBuilder().maximumSize(MAX_KEPT).build();
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
    Registration registration = new Registration(subject, schema);
    Integer id = registered.getIfPresent(registration);
    if (id == null) {
      id = registerThere(subject, schema);
      registered.put(registration, id);
    }
    return id;
  }

  private int registerThere(String subject, Schema schema) {
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
    String reason = id <= 0 ? "does not exist" : unknown.getIfPresent(id);
    if (reason != null) {
      throw unusable(id, reason, null);
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
      return lookup.byId(id);
    } catch (UnreadableSchemaException e) {
      throw unusableFromNow(id, String.valueOf(e.getMessage()), e);
    } catch (RestClientException e) {
      if (e.getStatus() == NOT_FOUND) {
        throw unusableFromNow(id, "does not exist", e);
      }
      if (e.getStatus() / 100 == 4 && !NOT_NOW.contains(e.getStatus())) {
        throw unusableFromNow(id, "is refused: " + e.getMessage(), e);
      }
      throw unavailable("look up schema id " + id, e);
    } catch (IOException e) {
      throw unavailable("look up schema id " + id, e);
    }
  }

  private UnknownSchemaException unusableFromNow(int id, String reason, Exception cause) {
    unknown.put(id, reason);
    return unusable(id, reason, cause);
  }

  private UnknownSchemaException unusable(int id, String reason, @Nullable Exception cause) {
    return new UnknownSchemaException(
        "schema id %d at %s %s".formatted(id, address, reason), cause);
  }

  private RegistryUnavailableException unavailable(String what, Exception cause) {
    return new RegistryUnavailableException(
        "cannot %s at %s: %s".formatted(what, address, cause.getMessage()), cause);
  }
}
