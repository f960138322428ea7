package dev.millrace.cli.workflow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Workflows that fit a filter, read page by page.
 *
 * @param workflows in the order of their ids
 * @param next the id behind which there may be more; null when there are no more
 * @param partial whether some engine did not answer, or could not read a definition
 */
record WorkflowPages(List<JsonNode> workflows, @Nullable String next, boolean partial) {
  private static final int PAGE = 1_000;

  /**
   * Reads pages.
   *
   * @param after the id behind which to begin; empty for the beginning
   * @param limit how many workflows at most
   */
  static WorkflowPages read(
      EngineClient engine, Map<String, String> filter, String after, int limit) {
    List<JsonNode> workflows = new ArrayList<>();
    String next = after;
    boolean partial = false;
    do {
      JsonNode page = engine.workflows(filter, next, Math.min(PAGE, limit - workflows.size()));
      page.path("workflows").forEach(workflows::add);
      partial |= page.path("partial").asBoolean(false);
      next = page.path("next").asString("");
    } while (!next.isEmpty() && workflows.size() < limit);
    return new WorkflowPages(workflows, next.isEmpty() ? null : next, partial);
  }
}
