package dev.millrace.orchestrator.core.decide;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a migration would change and what stands against it.
 *
 * @param version the version that is migrated to
 * @param added ids of the steps that are new
 * @param removed ids of the steps that are no more
 * @param changed ids of the steps that are not the same
 * @param breaches what stands against it; empty when nothing does
 */
record MigrationPlan(
    int version,
    List<String> added,
    List<String> removed,
    List<String> changed,
    List<Breach> breaches) {
  /** Most steps, and most breaches, of a kind that a report lists; the rest are counted. */
  static final int LISTED = 100;

  /**
   * One thing that stands against a migration.
   *
   * @param rule which rule it breaks
   * @param message what is wrong and what to do about it; without quotes and backslashes
   */
  record Breach(MigrationRule rule, String message) {}

  /** All breaches as one text for people. */
  String refusal() {
    String listed =
        breaches.stream()
            .limit(LISTED)
            .map(each -> each.rule().code() + ": " + each.message())
            .collect(Collectors.joining("; "));
    return Failure.cut(listed, Failure.MESSAGE_CHARS);
  }

  /**
   * The plan as JSON: {@code version}; {@code added}, {@code removed} and {@code changed}, each
   * with {@code count} and {@code steps}; {@code breaches}, with {@code count} and {@code list} of
   * {@code code} and {@code message}.
   */
  Payload report() {
    String list =
        breaches.stream()
            .limit(LISTED)
            .map(
                each ->
                    "{\"code\":\"%s\",\"message\":\"%s\"}"
                        .formatted(each.rule().code(), each.message()))
            .collect(Collectors.joining(","));
    String json =
        "{\"version\":%d,%s,%s,%s,\"breaches\":{\"count\":%d,\"list\":[%s]}}"
            .formatted(
                version,
                steps("added", added),
                steps("removed", removed),
                steps("changed", changed),
                breaches.size(),
                list);
    return new Payload("", json.getBytes(UTF_8));
  }

  /** Ids need no escapes: they are made of letters, digits and a few signs. */
  private static String steps(String kind, List<String> ids) {
    return "\"%s\":{\"count\":%d,\"steps\":[%s]}"
        .formatted(
            kind,
            ids.size(),
            ids.stream().limit(LISTED).map(id -> '"' + id + '"').collect(Collectors.joining(",")));
  }
}
