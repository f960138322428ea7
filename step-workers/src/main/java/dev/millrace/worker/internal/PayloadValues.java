package dev.millrace.worker.internal;

import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.IncompatibleSchemaException;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.wire.ApplicationRecordCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import dev.millrace.worker.Payload;
import dev.millrace.worker.PayloadException;
import dev.millrace.worker.UnreadablePayloadException;
import dev.millrace.worker.spi.PayloadCodec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.json.JsonMapper;

/** Makes values of payloads and payloads of values: bytes, Avro, JSON. Thread-safe. */
public final class PayloadValues {
  private static final String BYTES = "application/octet-stream";

  private final JsonMapper json = JsonMapper.builder().build();
  private final SchemaRegistry registry;
  private final String subjectPrefix;
  private final PayloadCodec codec;
  private final WorkerMeters meters;

  /** By record class, so no more than a program has. */
  private final Map<Class<?>, ApplicationRecordCodec<?>> codecs = new ConcurrentHashMap<>();

  /** Values whose making nobody times. */
  public PayloadValues(SchemaRegistry registry, Topics topics, PayloadCodec codec) {
    this(registry, topics, codec, new WorkerMeters(WorkerSettings.NO_METERS, "", List.of()));
  }

  PayloadValues(SchemaRegistry registry, Topics topics, PayloadCodec codec, WorkerMeters meters) {
    this.registry = registry;
    this.codec = codec;
    this.meters = meters;
    this.subjectPrefix = topics.prefix() + "payloads-";
  }

  /** What decodes the payloads of one command. */
  PayloadCodec codecOfCommand() {
    return codec.ofCommand();
  }

  /**
   * A payload as it came, decoded.
   *
   * @param ofCommand the codec of its command
   * @param what the payload is, for messages
   * @throws PayloadException when it cannot be decoded
   */
  Payload decoded(PayloadCodec ofCommand, String what, Payload payload) {
    long startNanos = System.nanoTime();
    try {
      return ofCommand.decode(payload);
    } catch (PayloadException e) {
      throw new PayloadException(e.reason(), "%s: %s".formatted(what, e.getMessage()), e);
    } finally {
      meters.decoded(System.nanoTime() - startNanos);
    }
  }

  /**
   * The payload that says a value, for the wire.
   *
   * @throws UnwritableValueException when there is none
   * @throws PayloadException when it cannot be encoded
   * @throws dev.millrace.schemas.registry.RegistryUnavailableException when its schema is to be
   *     registered and the registry does not answer
   */
  public Payload write(Object value) throws UnwritableValueException {
    long startNanos = System.nanoTime();
    try {
      return encoded(plain(value));
    } finally {
      meters.encoded(System.nanoTime() - startNanos);
    }
  }

  private Payload encoded(Payload plain) throws UnwritableValueException {
    try {
      return codec.encode(plain);
    } catch (PayloadException e) {
      throw e;
    } catch (RuntimeException e) { // of a codec of the user's own; the worker goes on
      throw new UnwritableValueException("cannot be encoded: " + e, e);
    }
  }

  /**
   * The payload that says a value, before any codec.
   *
   * @throws UnwritableValueException when there is none
   * @throws dev.millrace.schemas.registry.RegistryUnavailableException as {@link #write}
   */
  Payload plain(Object value) throws UnwritableValueException {
    return switch (value) {
      case Payload payload -> payload;
      case byte[] bytes -> new Payload(BYTES, bytes);
      case SpecificRecordBase record -> avro(record);
      default -> json(value);
    };
  }

  private Payload json(Object value) throws UnwritableValueException {
    try {
      return Payload.json(json.writeValueAsBytes(value));
    } catch (JacksonException e) {
      throw new UnwritableValueException("cannot be written as JSON: " + e.getOriginalMessage(), e);
    }
  }

  private <T extends SpecificRecordBase> Payload avro(T record) throws UnwritableValueException {
    try {
      @SuppressWarnings("unchecked") // the class of a T
      Class<T> type = (Class<T>) record.getClass();
      return new Payload(Payload.AVRO, codec(type).encode(record));
    } catch (IllegalArgumentException | IncompatibleSchemaException e) {
      throw new UnwritableValueException("cannot be written as Avro: " + e.getMessage(), e);
    }
  }

  @SuppressWarnings("unchecked") // the codec under a class is of that class
  private <T extends SpecificRecordBase> ApplicationRecordCodec<T> codec(Class<T> type) {
    return (ApplicationRecordCodec<T>)
        codecs.computeIfAbsent(
            type,
            absent -> {
              String name = SpecificData.get().getSchema(type).getFullName();
              return new ApplicationRecordCodec<>(type, subjectPrefix + name, registry);
            });
  }

  /**
   * What a payload says.
   *
   * @param what the payload is, for messages
   * @throws UnreadablePayloadException when there is none, or it cannot be read as the type
   * @throws dev.millrace.schemas.registry.RegistryUnavailableException when its schema is not known
   *     yet and the registry does not answer
   */
  public <T> T read(String what, @Nullable Payload payload, Class<T> type) {
    long startNanos = System.nanoTime();
    try {
      return value(what, payload, type);
    } finally {
      meters.decoded(System.nanoTime() - startNanos);
    }
  }

  private <T> T value(String what, @Nullable Payload payload, Class<T> type) {
    if (payload == null) {
      throw new UnreadablePayloadException(
          "%s: expected %s, but there is none".formatted(what, type.getSimpleName()), null);
    }
    if (type == Payload.class) {
      return type.cast(payload);
    }
    if (type == byte[].class) {
      return type.cast(payload.data());
    }
    if (payload.isEncoded()) {
      throw new UnreadablePayloadException(
          "%s: is %s, and this worker has nothing that decodes it: set it with WorkerBuilder.payloads"
              .formatted(what, payload.contentType()),
          null);
    }
    if (SpecificRecordBase.class.isAssignableFrom(type)) {
      return type.cast(avro(what, payload, type.asSubclass(SpecificRecordBase.class)));
    }
    return json(what, payload, type);
  }

  private <T extends SpecificRecordBase> T avro(String what, Payload payload, Class<T> type) {
    if (!payload.isAvro()) {
      throw new UnreadablePayloadException(
          "%s: expected %s in Avro, but its content type is '%s': read it as a class of your own, or as a Payload"
              .formatted(
                  what,
                  type.getSimpleName(),
                  payload.contentType().isEmpty() ? "application/json" : payload.contentType()),
          null);
    }
    try {
      return codec(type).decode(payload.data());
    } catch (MalformedRecordException e) {
      throw new UnreadablePayloadException(
          "%s: not Avro of a %s: %s".formatted(what, type.getSimpleName(), e.getMessage()), e);
    }
  }

  /** What is wrong and where, without the parser's words: they quote what may be confidential. */
  private static String place(JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    String kind = e.getClass().getSimpleName();
    return at == null
        ? kind
        : "%s at line %d, column %d".formatted(kind, at.getLineNr(), at.getColumnNr());
  }

  private <T> T json(String what, Payload payload, Class<T> type) {
    if (!payload.isJson()) {
      throw new UnreadablePayloadException(
          "%s: expected JSON, but its content type is '%s': read it as a Payload"
              .formatted(what, payload.contentType()),
          null);
    }
    T value;
    try {
      value = json.readValue(payload.data(), type);
    } catch (JacksonException e) {
      throw new UnreadablePayloadException(
          "%s: not JSON of a %s: %s".formatted(what, type.getSimpleName(), place(e)), e);
    }
    if (value == null) {
      throw new UnreadablePayloadException(
          "%s: expected %s, but it is the JSON value null".formatted(what, type.getSimpleName()),
          null);
    }
    return value;
  }
}
