package dev.millrace.cli.workflow;

import dev.millrace.cli.CommandFailedException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Asks an engine over HTTP. Thread-safe. */
final class EngineClient implements AutoCloseable {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  private final String url;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();

  EngineClient(String url) {
    this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  /** One workflow; empty when the engine knows none of that id. */
  Optional<JsonNode> workflow(String workflowId) {
    return get("/workflows/" + encoded(workflowId));
  }

  /**
   * One page of workflows.
   *
   * @param filter which of them, as the engine reads it
   * @param after the id behind which the page begins; empty for the first page
   */
  JsonNode workflows(Map<String, String> filter, String after, int limit) {
    StringBuilder path = new StringBuilder("/workflows?limit=" + limit);
    if (!after.isEmpty()) {
      path.append("&after=").append(encoded(after));
    }
    filter.forEach(
        (name, value) -> path.append('&').append(encoded(name)).append('=').append(encoded(value)));
    return get(path.toString())
        .orElseThrow(
            () -> new CommandFailedException("engine %s: has no list of workflows".formatted(url)));
  }

  /**
   * One page of a workflow's steps; empty when the engine knows none of that id.
   *
   * @param which active, unfinished or all
   * @param from where the page begins, from 0
   */
  Optional<JsonNode> steps(String workflowId, String which, int from, int limit) {
    return get(
        "/workflows/%s/steps?which=%s&from=%d&limit=%d"
            .formatted(encoded(workflowId), which, from, limit));
  }

  /**
   * What the steps of a workflow wait for, one page; empty when the engine knows none of that id.
   *
   * @param step only this step; empty for all that are not done
   * @param from where the page begins, from 0
   */
  Optional<JsonNode> why(String workflowId, String step, int from, int limit) {
    return get(
        "/workflows/%s/why?from=%d&limit=%d%s"
            .formatted(
                encoded(workflowId), from, limit, step.isEmpty() ? "" : "&step=" + encoded(step)));
  }

  /** What waits for the workers of each queue. */
  JsonNode backlog() {
    return get("/backlog")
        .orElseThrow(
            () ->
                new CommandFailedException("engine %s: does not tell its backlog".formatted(url)));
  }

  /** One schedule; empty when the engine knows none of that id. */
  Optional<JsonNode> schedule(String scheduleId) {
    return get("/schedules/" + encoded(scheduleId));
  }

  /** Some schedules. */
  JsonNode schedules(int limit) {
    return get("/schedules?limit=" + limit)
        .orElseThrow(
            () -> new CommandFailedException("engine %s: has no list of schedules".formatted(url)));
  }

  /** One page of the results of a step that runs for each item of a list; empty for none. */
  Optional<JsonNode> results(String workflowId, String step, int page) {
    return get(
        "/workflows/%s/steps/%s/results?page=%d"
            .formatted(encoded(workflowId), encoded(step), page));
  }

  private Optional<JsonNode> get(String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .timeout(ANSWER_TIMEOUT)
            .header("Accept", "application/json")
            .build();
    HttpResponse<String> response;
    try {
      response = http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new CommandFailedException(
          "engine %s: does not answer (%s); check --http and that the engine runs"
              .formatted(url, e),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailedException("interrupted while asking " + url, e);
    }
    if (response.statusCode() == 404) {
      return Optional.empty();
    }
    if (response.statusCode() != 200) {
      throw new CommandFailedException(
          "engine %s: answers %d%s: %s"
              .formatted(
                  url,
                  response.statusCode(),
                  response.statusCode() == 503 ? " (still restoring? try again)" : "",
                  response.body().strip()));
    }
    try {
      return Optional.of(JsonMapper.shared().readTree(response.body()));
    } catch (JacksonException e) {
      throw new CommandFailedException(
          "engine %s: answers what is no JSON; is it an engine?".formatted(url), e);
    }
  }

  private static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    http.close();
  }
}
