package dev.millrace.orchestrator.http;

import dev.millrace.orchestrator.query.OtherEngine;
import dev.millrace.orchestrator.query.Page;
import dev.millrace.orchestrator.query.WorkflowFilter;
import dev.millrace.orchestrator.query.WorkflowQueries;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /workflows?status=&definition=&...&limit=&after=}: one page of the workflows of all
 * engines. Thread-safe.
 */
final class WorkflowListing {
  private static final Logger LOG = LoggerFactory.getLogger(WorkflowListing.class);
  private static final int LIMIT_DEFAULT = 100;
  private static final int LIMIT_MAX = 10_000;
  private static final String LIMIT = "limit";
  private static final String AFTER = "after";
  private static final String WORKFLOWS = "workflows";
  private static final String NEXT = "next";
  private static final String PARTIAL = "partial";

  private final WorkflowQueries queries;
  private final Forwarding engines;
  private final JsonMapper json = JsonMapper.builder().build();

  WorkflowListing(WorkflowQueries queries, Forwarding engines) {
    this.queries = queries;
    this.engines = engines;
  }

  /**
   * One page.
   *
   * @param asked the question's parameters
   * @throws IllegalArgumentException when one is unknown or makes no sense
   */
  JsonResponse list(Map<String, String> asked) throws InterruptedException {
    Map<String, String> query = new LinkedHashMap<>(asked);
    boolean local = query.remove(QueryText.LOCAL) != null;
    String passedOn = QueryText.local(query);
    int limit = QueryText.takeNumber(query, LIMIT, LIMIT_DEFAULT, 1, LIMIT_MAX);
    String after = query.remove(AFTER);
    WorkflowFilter filter = WorkflowFilter.of(query);
    List<Page<JsonNode>> pages = new ArrayList<>();
    pages.add(own(filter, after, limit));
    if (local) {
      return answer(pages.getFirst(), pages.getFirst().isPartial());
    }
    Set<Integer> seen = new HashSet<>(queries.ownPartitions());
    boolean partial = false;
    for (OtherEngine other : queries.otherEngines()) {
      Page<JsonNode> page = pageOf(other, passedOn);
      if (page == null) {
        partial = true;
      } else {
        pages.add(page);
        seen.addAll(other.partitions());
      }
    }
    partial |= seen.size() < queries.partitions();
    Page<JsonNode> merged = Page.merged(pages, limit, WorkflowListing::id);
    return answer(merged, partial || merged.isPartial());
  }

  private Page<JsonNode> own(WorkflowFilter filter, @Nullable String after, int limit) {
    var page = queries.list(filter, after, limit);
    return new Page<>(
        page.items().stream().<JsonNode>map(json::valueToTree).toList(),
        page.next(),
        page.isPartial());
  }

  private static JsonResponse answer(Page<JsonNode> page, boolean partial) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put(WORKFLOWS, page.items());
    answer.put(NEXT, page.next());
    answer.put(PARTIAL, partial);
    return JsonResponse.ok(answer);
  }

  /** What another engine has; null when it does not say. */
  private @Nullable Page<JsonNode> pageOf(OtherEngine other, String query)
      throws InterruptedException {
    String address = Forwarding.address(other.address());
    try {
      JsonResponse response = engines.ask(other.address(), WorkflowEndpoints.PATH + query);
      if (response.status() == 200
          && response.body() instanceof JsonNode body
          && body.has(WORKFLOWS)) {
        return new Page<>(
            body.path(WORKFLOWS).valueStream().toList(),
            body.path(NEXT).isString() ? body.path(NEXT).asString() : null,
            body.path(PARTIAL).asBoolean(false));
      }
      LOG.warn("engine {} answered with status {}", address, response.status());
    } catch (IOException e) {
      LOG.warn("engine {} did not answer", address, e);
    }
    return null;
  }

  private static String id(JsonNode workflow) {
    return workflow.path("workflowId").asString("");
  }
}
