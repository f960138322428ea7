package dev.millrace.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.effect.CacheResult;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.Results;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The results of steps that the workflows of a stream task share, twice: under the names that the
 * core gives them, as the shell keeps them, and under what they are the same by, as the reference
 * does. Each name must stand for one such content, and each content have one name.
 */
final class SharedResults {
  private final Map<String, Kept> byName = new HashMap<>();
  private final Map<List<@Nullable Object>, Kept> byContent = new HashMap<>();
  private final Map<List<@Nullable Object>, String> names = new HashMap<>();
  private final Map<String, List<@Nullable Object>> contents = new HashMap<>();
  private long expired;

  /** A result, and until when it is one. */
  record Kept(@Nullable Payload output, long expiresAtMs) {}

  /** What the core finds at a time. */
  Results at(long nowMs) {
    return name -> {
      Kept kept = alive(byName.get(name), nowMs);
      return kept == null ? null : new Results.Kept(kept.output());
    };
  }

  /** What the reference finds at a time. */
  @Nullable Kept find(List<@Nullable Object> content, long nowMs) {
    Kept kept = byContent.get(content);
    expired += kept != null && alive(kept, nowMs) == null ? 1 : 0;
    return alive(kept, nowMs);
  }

  private static @Nullable Kept alive(@Nullable Kept kept, long nowMs) {
    return kept != null && nowMs < kept.expiresAtMs() ? kept : null;
  }

  /** Keeps what the core says; the latest counts. */
  void keep(CacheResult result) {
    byName.put(result.key(), new Kept(result.output(), result.expiresAtMs()));
  }

  /** Keeps what the reference says; the latest counts. */
  void keep(List<@Nullable Object> content, @Nullable Payload output, long expiresAtMs) {
    byContent.put(content, new Kept(output, expiresAtMs));
  }

  /** Another workflow, of which nobody else knows, keeps the result of a step. */
  void keepOfAnother(String name, @Nullable Payload output, long expiresAtMs) {
    keep(new CacheResult(name, output, expiresAtMs));
    keep(content(name), output, expiresAtMs);
  }

  /** The core has named a content; it must do so for the same content, and for no other. */
  void match(List<@Nullable Object> content, String name) {
    assertThat(names.computeIfAbsent(content, each -> name))
        .as("name of the result for %s", content)
        .isEqualTo(name);
    assertThat(contents.computeIfAbsent(name, each -> content))
        .as("content of the result with the name %s", name)
        .isEqualTo(content);
  }

  /** All names so far, in no order that matters, but the same for the same seed. */
  List<String> names() {
    return contents.keySet().stream().sorted().toList();
  }

  String name(List<@Nullable Object> content) {
    String name = names.get(content);
    if (name == null) {
      throw new AssertionError("no name is known for " + content);
    }
    return name;
  }

  private List<@Nullable Object> content(String name) {
    return contents.getOrDefault(name, new ArrayList<>());
  }

  /** How often a result was looked for and found too old. */
  long expired() {
    return expired;
  }
}
