package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.RegistryOutage;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The workflow definitions known to this engine, compiled once and shared by all its tasks.
 * Thread-safe: the global stream thread adds, every stream thread reads.
 *
 * <p>A published version never changes, so new workflows get the first content of a version that
 * was read. But nothing keeps others from writing to the topic, and compaction drops what was
 * first: so every content is kept, and a workflow finds the one that it began with.
 */
public final class Definitions {
  private final Map<String, ConcurrentSkipListMap<Integer, CompiledDefinition>> versionsByName =
      new ConcurrentHashMap<>();

  private final Map<Long, CompiledDefinition> byFingerprint = new ConcurrentHashMap<>();
  private final RegistryOutage ofReading;
  private final RegistryOutage ofInputs;

  /** What a version's content is to those that were read before. */
  enum Addition {
    FIRST,
    SAME,
    OTHER
  }

  /**
   * No definitions yet.
   *
   * @param ofReading what the thread that reads them waits in
   * @param ofInputs what a stream thread waits in
   */
  public Definitions(RegistryOutage ofReading, RegistryOutage ofInputs) {
    this.ofReading = ofReading;
    this.ofInputs = ofInputs;
  }

  /** Adds a definition. */
  synchronized Addition add(CompiledDefinition definition) {
    if (byFingerprint.putIfAbsent(definition.fingerprint(), definition) != null) {
      return Addition.SAME;
    }
    CompiledDefinition first =
        versionsByName
            .computeIfAbsent(definition.name(), name -> new ConcurrentSkipListMap<>())
            .putIfAbsent(definition.version(), definition);
    return first == null ? Addition.FIRST : Addition.OTHER;
  }

  /**
   * The definition that a new workflow gets, or null when it is not known here (yet).
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

  /** The definition with a certain content, or null when that is not known here. */
  @Nullable CompiledDefinition find(long fingerprint) {
    return byFingerprint.get(fingerprint);
  }

  /** Whether there may be more, which cannot be read while the schema registry is away. */
  boolean areHeldUp() {
    return ofReading.isOn();
  }

  /**
   * Waits until definitions are no longer held up.
   *
   * @throws RegistryUnavailableException when that takes too long or the engine stops
   */
  void awaitReading() {
    ofInputs.outlast(
        () -> {
          if (areHeldUp()) {
            throw new RegistryUnavailableException(
                "definitions cannot be read while it is away", null);
          }
          return true;
        });
  }
}
