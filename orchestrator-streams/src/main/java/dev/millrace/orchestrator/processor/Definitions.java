package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.codec.PatientRegistry;
import dev.millrace.orchestrator.codec.RegistryOutage;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.SchemaRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
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
   * @param stopping counted down when the engine stops: nobody waits for the registry any more
   */
  public Definitions(CountDownLatch stopping) {
    ofReading = RegistryOutage.ofTheDefinitions(stopping);
    ofInputs = RegistryOutage.ofAStreamThread(stopping);
  }

  /** A registry whose outages the thread that reads definitions waits for. */
  public SchemaRegistry forReading(SchemaRegistry registry) {
    return new PatientRegistry(registry, ofReading);
  }

  /** A registry whose outages the stream threads wait for. */
  public SchemaRegistry forInputs(SchemaRegistry registry) {
    return new PatientRegistry(registry, ofInputs);
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
  public @Nullable CompiledDefinition find(long fingerprint) {
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
