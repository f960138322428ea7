package dev.millrace.orchestrator.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.query.NotReadyException;
import dev.millrace.orchestrator.query.StepSelection;
import dev.millrace.orchestrator.query.WaitQueries;
import dev.millrace.orchestrator.query.WorkflowQueries;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /workflows}, {@code GET /workflows/{id}}, {@code GET
 * /workflows/{id}/steps?which=&from=&limit=} and {@code GET
 * /workflows/{id}/why?step=&from=&limit=}. What another engine has is asked of that one.
 * Thread-safe.
 */
final class WorkflowEndpoints extends GetEndpoint {
  static final String PATH = "/workflows";

  private static final Logger LOG = LoggerFactory.getLogger(WorkflowEndpoints.class);
  private static final String STEPS = "/steps";
  private static final String WHY = "/why";
  private static final Pattern RESULTS = Pattern.compile(PATH + "/([^/]+)/steps/([^/]+)/results");
  private static final int STEPS_DEFAULT = 100;
  private static final int STEPS_MAX = 10_000;

  private final WorkflowQueries queries;
  private final WaitQueries waits;
  private final Forwarding engines = new Forwarding();
  private final WorkflowListing listing;

  WorkflowEndpoints(WorkflowQueries queries, WaitQueries waits) {
    super("start and control workflows through their topics");
    this.queries = queries;
    this.waits = waits;
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
    Matcher results = RESULTS.matcher(rawPath);
    if (results.matches()) {
      return results(decoded(results.group(1)), decoded(results.group(2)), query);
    }
    // A slash that belongs to an id comes as %2F here.
    String page = page(rawPath);
    String workflowId =
        decoded(rawPath.substring(PATH.length() + 1, rawPath.length() - page.length()));
    Optional<HostInfo> owner =
        query.remove(QueryText.LOCAL) == null ? queries.otherOwner(workflowId) : Optional.empty();
    if (owner.isPresent()) {
      String path = PATH + "/" + QueryText.encoded(workflowId) + page;
      return askOwner(owner.get(), workflowId, path + QueryText.local(query));
    }
    Optional<?> found =
        switch (page) {
          case STEPS -> steps(workflowId, query);
          case WHY -> why(workflowId, query);
          default -> queries.find(workflowId);
        };
    return found.isPresent()
        ? JsonResponse.ok(found.get())
        : JsonResponse.error(404, "no workflow '%s' is known".formatted(workflowId));
  }

  /** What is asked about a workflow; empty for itself. */
  private static String page(String rawPath) {
    return Stream.of(STEPS, WHY)
        .filter(each -> rawPath.endsWith(each) && rawPath.length() > (PATH + "/" + each).length())
        .findFirst()
        .orElse("");
  }

  private static String decoded(String rawId) {
    return URLDecoder.decode(rawId.replace("+", "%2B"), UTF_8);
  }

  private JsonResponse results(String workflowId, String step, Map<String, String> query)
      throws InterruptedException {
    Optional<HostInfo> owner =
        query.remove(QueryText.LOCAL) == null ? queries.otherOwner(workflowId) : Optional.empty();
    if (owner.isPresent()) {
      String path =
          "%s/%s/steps/%s/results"
              .formatted(PATH, QueryText.encoded(workflowId), QueryText.encoded(step));
      return askOwner(owner.get(), workflowId, path + QueryText.local(query));
    }
    int page = QueryText.takeNumber(query, "page", 0, 0, Integer.MAX_VALUE);
    refuseMore(query, "there is page");
    return queries
        .results(workflowId, step, page)
        .map(JsonResponse::ok)
        .orElseGet(
            () ->
                JsonResponse.error(
                    404,
                    "workflow '%s' has no page %d of results of step '%s'"
                        .formatted(workflowId, page, step)));
  }

  private Optional<?> steps(String workflowId, Map<String, String> asked) {
    Map<String, String> query = new LinkedHashMap<>(asked);
    StepSelection selection = selection(query.remove("which"));
    int from = QueryText.takeNumber(query, "from", 0, 0, Integer.MAX_VALUE);
    int limit = QueryText.takeNumber(query, "limit", STEPS_DEFAULT, 1, STEPS_MAX);
    refuseMore(query, "there are which, from and limit");
    return queries.steps(workflowId, selection, from, limit);
  }

  private Optional<?> why(String workflowId, Map<String, String> asked) {
    Map<String, String> query = new LinkedHashMap<>(asked);
    String step = query.remove("step");
    int from = QueryText.takeNumber(query, "from", 0, 0, Integer.MAX_VALUE);
    int limit = QueryText.takeNumber(query, "limit", STEPS_DEFAULT, 1, STEPS_MAX);
    refuseMore(query, "there are step, from and limit");
    return waits.why(workflowId, step, from, limit);
  }

  private static void refuseMore(Map<String, String> query, String known) {
    if (!query.isEmpty()) {
      throw new IllegalArgumentException(
          "parameter '%s' is not known; %s".formatted(query.keySet().iterator().next(), known));
    }
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
