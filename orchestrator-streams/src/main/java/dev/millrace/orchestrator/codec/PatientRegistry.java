package dev.millrace.orchestrator.codec;

import dev.millrace.schemas.registry.SchemaRegistry;
import org.apache.avro.Schema;

/**
 * A registry that is waited for while it cannot be asked about a schema not met before. Nothing is
 * done twice for it: only the question is repeated. Schemas are registered when an engine is made,
 * which fails at once without a registry, and are known from then on. Thread-safe.
 */
public final class PatientRegistry implements SchemaRegistry {
  private final SchemaRegistry registry;
  private final RegistryOutage outage;

  /** A registry whose outages are waited for as long as the outage says. */
  public PatientRegistry(SchemaRegistry registry, RegistryOutage outage) {
    this.registry = registry;
    this.outage = outage;
  }

  @Override
  public int register(String subject, Schema schema) {
    return registry.register(subject, schema);
  }

  @Override
  public Schema schemaById(int id) {
    return outage.outlast(() -> registry.schemaById(id));
  }
}
