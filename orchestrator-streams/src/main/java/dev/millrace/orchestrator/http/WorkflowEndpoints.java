package dev.millrace.orchestrator.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.query.NotReadyException;
import dev.millrace.orchestrator.query.OtherEngine;
import dev.millrace.orchestrator.query.WorkflowQueries;
import dev.millrace.orchestrator.query.WorkflowStatusReport;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.state.HostInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /workflows/{id}} and {@code GET /workflows?status=&limit=}. What another engine has is
 * asked of that one. Thread-safe.
 */
final class WorkflowEndpoints {
  private static final Logger LOG = LoggerFactory.getLogger(WorkflowEndpoints.class);
  private static final String PATH = "/workflows";
  private static final int LIMIT_DEFAULT = 100;
  private static final int LIMIT_MAX = 10_000;
  private static final Duration FORWARD_TIMEOUT = Duration.ofSeconds(5);

  /** Tells an engine to answer from its own stores, so that questions are not passed in circles. */
  private static final String LOCAL = "local";

  private final WorkflowQueries queries;
  private final HttpClient client = HttpClient.newBuilder().connectTimeout(FORWARD_TIMEOUT).build();
  private final JsonMapper json = JsonMapper.builder().build();

  WorkflowEndpoints(WorkflowQueries queries) {
    this.queries = queries;
  }

  void handle(HttpExchange exchange) throws IOException {
    JsonResponse response;
    try {
      response =
          exchange.getRequestMethod().equals("GET")
              ? get(exchange.getRequestURI())
              : JsonResponse.error(
                  405, "use GET; start and control workflows through their topics");
    } catch (NotReadyException e) {
      response = JsonResponse.error(503, e.getMessage() + "; try again");
    } catch (IllegalArgumentException e) {
      response = JsonResponse.error(400, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      response = JsonResponse.error(503, "the engine is stopping");
    } catch (RuntimeException e) {
      LOG.error("GET {} failed", exchange.getRequestURI(), e);
      response = JsonResponse.error(500, "internal error; the engine's log has it");
    }
    response.send(exchange);
  }

  private JsonResponse get(URI uri) throws InterruptedException {
    String rawPath = uri.getRawPath();
    Map<String, String> query = query(uri.getRawQuery());
    if (rawPath.equals(PATH) || rawPath.equals(PATH + "/")) {
      return list(query);
    }
    if (!rawPath.startsWith(PATH + "/")) {
      return JsonResponse.error(404, "no such page");
    }
    return one(
        URLDecoder.decode(rawPath.substring(PATH.length() + 1).replace("+", "%2B"), UTF_8),
        query.containsKey(LOCAL));
  }

  private JsonResponse one(String workflowId, boolean local) throws InterruptedException {
    Optional<HostInfo> owner = local ? Optional.empty() : queries.otherOwner(workflowId);
    if (owner.isPresent()) {
      String path = PATH + "/" + URLEncoder.encode(workflowId, UTF_8).replace("+", "%20");
      return askOwner(owner.get(), workflowId, path + "?" + LOCAL + "=true");
    }
    return queries
        .find(workflowId)
        .map(JsonResponse::ok)
        .orElseGet(
            () -> JsonResponse.error(404, "no workflow '%s' is known".formatted(workflowId)));
  }

  private JsonResponse askOwner(HostInfo owner, String workflowId, String pathAndQuery)
      throws InterruptedException {
    try {
      return ask(owner, pathAndQuery);
    } catch (IOException e) {
      LOG.warn("engine {} did not answer", address(owner), e);
      throw new NotReadyException(
          "engine %s, which has workflow '%s', does not answer (%s)"
              .formatted(address(owner), workflowId, e),
          e);
    }
  }

  private JsonResponse list(Map<String, String> query) throws InterruptedException {
    String statusName = query.get("status");
    WorkflowStatus status =
        statusName == null ? null : WorkflowStatus.valueOf(statusName.toUpperCase(Locale.ROOT));
    int limit = Integer.parseInt(query.getOrDefault("limit", Integer.toString(LIMIT_DEFAULT)));
    if (limit < 1 || limit > LIMIT_MAX) {
      throw new IllegalArgumentException(
          "limit is %d, allowed are 1 to %d".formatted(limit, LIMIT_MAX));
    }
    List<WorkflowStatusReport> own = queries.list(status, limit);
    List<Object> workflows = new ArrayList<>(own);
    if (query.containsKey(LOCAL)) {
      return JsonResponse.ok(Map.of("workflows", workflows, "partial", false));
    }
    int all = queries.partitions();
    Set<Integer> seen = new HashSet<>(queries.ownPartitions());
    String filter = status == null ? "" : "&status=" + status;
    boolean partial = false;
    for (OtherEngine other : queries.otherEngines()) {
      if (workflows.size() >= limit) {
        break;
      }
      if (addFrom(other.address(), filter, limit, workflows)) {
        seen.addAll(other.partitions());
      } else {
        partial = true;
      }
    }
    partial |= workflows.size() < limit && seen.size() < all;
    return JsonResponse.ok(Map.of("workflows", workflows, "partial", partial));
  }

  private boolean addFrom(HostInfo other, String filter, int limit, List<Object> workflows)
      throws InterruptedException {
    try {
      JsonResponse response =
          ask(other, PATH + "?" + LOCAL + "=true&limit=" + (limit - workflows.size()) + filter);
      if (response.status() == 200
          && response.body() instanceof JsonNode body
          && body.has("workflows")) {
        body.path("workflows").forEach(workflows::add);
        return true;
      }
      LOG.warn("engine {} answered with status {}", address(other), response.status());
      return false;
    } catch (IOException e) {
      LOG.warn("engine {} did not answer", address(other), e);
      return false;
    }
  }

  /**
   * What another engine answers.
   *
   * @throws IOException when it does not, or what answers is no engine
   */
  private JsonResponse ask(HostInfo engine, String pathAndQuery)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://" + address(engine) + pathAndQuery);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(FORWARD_TIMEOUT).build();
    var response = client.send(request, BodyHandlers.ofByteArray());
    try {
      return new JsonResponse(response.statusCode(), json.readTree(response.body()));
    } catch (JacksonException e) {
      throw new IOException("the answer is no JSON", e);
    }
  }

  private static String address(HostInfo engine) {
    return Utils.formatAddress(engine.host(), engine.port());
  }

  private static Map<String, String> query(String rawQuery) {
    Map<String, String> query = new HashMap<>();
    if (rawQuery != null) {
      for (String pair : rawQuery.split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        query.put(URLDecoder.decode(name, UTF_8), URLDecoder.decode(value, UTF_8));
      }
    }
    return query;
  }
}
