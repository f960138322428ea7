package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.Targets;
import org.jspecify.annotations.Nullable;

/** What workflows can be migrated to: what new workflows can be started with. */
record MigrationTargets(Definitions definitions, QueueDirectory queues) implements Targets {
  /**
   * A version of a definition, which is waited for while definitions cannot be read.
   *
   * @throws dev.millrace.schemas.registry.RegistryUnavailableException when that takes too long
   */
  @Override
  public @Nullable CompiledDefinition definition(String name, int version) {
    CompiledDefinition found = definitions.find(name, version);
    if (found == null && definitions.areHeldUp()) {
      definitions.awaitReading();
      found = definitions.find(name, version);
    }
    return found;
  }

  @Override
  public boolean hasQueue(String queue) {
    return queues.has(queue);
  }
}
