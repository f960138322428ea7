package dev.millrace.orchestrator.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.query.NotReadyException;
import dev.millrace.orchestrator.query.StepSelection;
import dev.millrace.orchestrator.query.WorkflowQueries;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /workflows}, {@code GET /workflows/{id}} and {@code GET
 * /workflows/{id}/steps?which=&from=&limit=}. What another engine has is asked of that one.
 * Thread-safe.
 */
final class WorkflowEndpoints extends GetEndpoint {
  static final String PATH = "/workflows";

  private static final Logger LOG = LoggerFactory.getLogger(WorkflowEndpoints.class);
  private static final String STEPS = "/steps";
  private static final int STEPS_DEFAULT = 100;
  private static final int STEPS_MAX = 10_000;

  private final WorkflowQueries queries;
  private final Forwarding engines = new Forwarding();
  private final WorkflowListing listing;

  WorkflowEndpoints(WorkflowQueries queries) {
    super("start and control workflows through their topics");
    this.queries = queries;
    this.listing = new WorkflowListing(queries, engines);
  }

  @Override
  JsonResponse get(URI uri) throws InterruptedException {
    String rawPath = uri.getRawPath();
    Map<String, String> query = QueryText.read(uri.getRawQuery());
    if (rawPath.equals(PATH) || rawPath.equals(PATH + "/")) {
      return listing.list(query);
    }
    if (!rawPath.startsWith(PATH + "/")) {
      return JsonResponse.error(404, "no such page");
    }
    // A slash that belongs to an id comes as %2F here.
    boolean steps = rawPath.endsWith(STEPS) && rawPath.length() > (PATH + "/" + STEPS).length();
    String rawId =
        rawPath.substring(
            PATH.length() + 1, steps ? rawPath.length() - STEPS.length() : rawPath.length());
    String workflowId = URLDecoder.decode(rawId.replace("+", "%2B"), UTF_8);
    Optional<HostInfo> owner =
        query.remove(QueryText.LOCAL) == null ? queries.otherOwner(workflowId) : Optional.empty();
    if (owner.isPresent()) {
      String path = PATH + "/" + QueryText.encoded(workflowId) + (steps ? STEPS : "");
      return askOwner(owner.get(), workflowId, path + QueryText.local(query));
    }
    Optional<?> found = steps ? steps(workflowId, query) : queries.find(workflowId);
    return found.isPresent()
        ? JsonResponse.ok(found.get())
        : JsonResponse.error(404, "no workflow '%s' is known".formatted(workflowId));
  }

  private Optional<?> steps(String workflowId, Map<String, String> asked) {
    Map<String, String> query = new LinkedHashMap<>(asked);
    StepSelection selection = selection(query.remove("which"));
    int from = QueryText.takeNumber(query, "from", 0, 0, Integer.MAX_VALUE);
    int limit = QueryText.takeNumber(query, "limit", STEPS_DEFAULT, 1, STEPS_MAX);
    if (!query.isEmpty()) {
      throw new IllegalArgumentException(
          "parameter '%s' is not known; there are which, from and limit"
              .formatted(query.keySet().iterator().next()));
    }
    return queries.steps(workflowId, selection, from, limit);
  }

  private static StepSelection selection(@Nullable String written) {
    String name = written == null ? StepSelection.ALL.name() : written.toUpperCase(Locale.ROOT);
    return Arrays.stream(StepSelection.values())
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "which '%s': must be active, unfinished or all".formatted(written)));
  }

  private JsonResponse askOwner(HostInfo owner, String workflowId, String pathAndQuery)
      throws InterruptedException {
    try {
      return engines.ask(owner, pathAndQuery);
    } catch (IOException e) {
      String address = Forwarding.address(owner);
      LOG.warn("engine {} did not answer", address, e);
      throw new NotReadyException(
          "engine %s, which has workflow '%s', does not answer (%s)"
              .formatted(address, workflowId, e),
          e);
    }
  }
}
