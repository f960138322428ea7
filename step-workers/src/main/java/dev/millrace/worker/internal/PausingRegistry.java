package dev.millrace.worker.internal;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaRegistry;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.avro.Schema;

/**
 * A registry that is left alone for a while once it was unavailable: each look-up may take seconds
 * to fail, in which whoever asks for many does nothing else. One thread looks up.
 */
final class PausingRegistry implements SchemaRegistry {
  /** How long every look-up fails at once after one that was not answered. */
  static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final SchemaRegistry registry;
  private final LongSupplier nanoTime;
  private boolean isPausing;
  private long pausedNanos;

  PausingRegistry(SchemaRegistry registry, LongSupplier nanoTime) {
    this.registry = registry;
    this.nanoTime = nanoTime;
  }

  @Override
  public int register(String subject, Schema schema) {
    return registry.register(subject, schema);
  }

  @Override
  public Schema schemaById(int id) {
    if (isPausing && nanoTime.getAsLong() - pausedNanos < PAUSE_NANOS) {
      throw new RegistryUnavailableException(
          "schema %d: not asked for, the registry was unavailable less than %d ms ago"
              .formatted(id, TimeUnit.NANOSECONDS.toMillis(PAUSE_NANOS)),
          null);
    }
    try {
      Schema schema = registry.schemaById(id);
      isPausing = false;
      return schema;
    } catch (RegistryUnavailableException e) {
      isPausing = true;
      pausedNanos = nanoTime.getAsLong();
      throw e;
    }
  }
}
