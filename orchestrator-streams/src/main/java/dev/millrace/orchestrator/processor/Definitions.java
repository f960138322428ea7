package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The workflow definitions known to this engine, compiled once and shared by all its tasks.
 * Thread-safe: the global stream thread adds, every stream thread reads.
 */
public final class Definitions {
  private final Map<String, ConcurrentSkipListMap<Integer, CompiledDefinition>> versionsByName =
      new ConcurrentHashMap<>();

  /**
   * Adds a definition unless its version is taken: a published version never changes.
   *
   * @return whether it was added
   */
  boolean add(CompiledDefinition definition) {
    return versionsByName
            .computeIfAbsent(definition.name(), name -> new ConcurrentSkipListMap<>())
            .putIfAbsent(definition.version(), definition)
        == null;
  }

  /**
   * A definition, or null when it is not known here (yet).
   *
   * @param version 0 for the highest
   */
  public @Nullable CompiledDefinition find(String name, int version) {
    ConcurrentSkipListMap<Integer, CompiledDefinition> versions = versionsByName.get(name);
    if (versions == null || versions.isEmpty()) {
      return null;
    }
    return version == 0 ? versions.lastEntry().getValue() : versions.get(version);
  }
}
