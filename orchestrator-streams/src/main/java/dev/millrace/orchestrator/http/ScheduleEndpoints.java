package dev.millrace.orchestrator.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.query.NotReadyException;
import dev.millrace.orchestrator.query.OtherEngine;
import dev.millrace.orchestrator.query.ScheduleQueries;
import dev.millrace.orchestrator.query.WorkflowQueries;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.state.HostInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * {@code GET /schedules?limit=} and {@code GET /schedules/{id}}. What another engine has is asked
 * of that one. Thread-safe.
 */
final class ScheduleEndpoints extends GetEndpoint {
  static final String PATH = "/schedules";

  private static final Logger LOG = LoggerFactory.getLogger(ScheduleEndpoints.class);
  private static final String SCHEDULES = "schedules";
  private static final int LIMIT_DEFAULT = 100;
  private static final int LIMIT_MAX = 10_000;

  private final WorkflowQueries owners;
  private final ScheduleQueries queries;
  private final Forwarding engines = new Forwarding();

  ScheduleEndpoints(WorkflowQueries owners, ScheduleQueries queries) {
    super("set and change schedules through their topic");
    this.owners = owners;
    this.queries = queries;
  }

  @Override
  JsonResponse get(URI uri) throws InterruptedException {
    String rawPath = uri.getRawPath();
    Map<String, String> query = QueryText.read(uri.getRawQuery());
    boolean local = query.remove(QueryText.LOCAL) != null;
    if (rawPath.equals(PATH) || rawPath.equals(PATH + "/")) {
      return list(query, local);
    }
    if (!rawPath.startsWith(PATH + "/")) {
      return JsonResponse.error(404, "no such page");
    }
    refuseMore(query, "there are none for one schedule");
    String rawId = rawPath.substring(PATH.length() + 1);
    return one(URLDecoder.decode(rawId.replace("+", "%2B"), UTF_8), local);
  }

  private JsonResponse one(String scheduleId, boolean local) throws InterruptedException {
    Optional<HostInfo> owner = local ? Optional.empty() : owners.otherOwner(scheduleId);
    if (owner.isPresent()) {
      try {
        return engines.ask(
            owner.get(), PATH + "/" + QueryText.encoded(scheduleId) + QueryText.local(Map.of()));
      } catch (IOException e) {
        throw new NotReadyException(
            "engine %s, which has schedule '%s', does not answer (%s)"
                .formatted(Forwarding.address(owner.get()), scheduleId, e),
            e);
      }
    }
    return queries
        .find(scheduleId)
        .map(JsonResponse::ok)
        .orElseGet(
            () -> JsonResponse.error(404, "no schedule '%s' is known".formatted(scheduleId)));
  }

  private JsonResponse list(Map<String, String> query, boolean local) throws InterruptedException {
    int limit = QueryText.takeNumber(query, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX);
    refuseMore(query, "there is limit");
    List<Object> schedules = new ArrayList<>(queries.list(limit));
    boolean partial = false;
    if (!local) {
      Set<Integer> seen = new HashSet<>(owners.ownPartitions());
      for (OtherEngine other : owners.otherEngines()) {
        if (addFrom(other.address(), limit, schedules)) {
          seen.addAll(other.partitions());
        } else {
          partial = true;
        }
      }
      partial |= schedules.size() > limit || seen.size() < owners.partitions();
    }
    List<Object> shown = schedules.subList(0, Math.min(limit, schedules.size()));
    return JsonResponse.ok(Map.of(SCHEDULES, shown, "partial", partial));
  }

  private boolean addFrom(HostInfo other, int limit, List<Object> schedules)
      throws InterruptedException {
    String address = Forwarding.address(other);
    try {
      JsonResponse response =
          engines.ask(other, PATH + QueryText.local(Map.of("limit", Integer.toString(limit))));
      if (response.status() == 200
          && response.body() instanceof JsonNode body
          && body.has(SCHEDULES)) {
        body.path(SCHEDULES).forEach(schedules::add);
        return true;
      }
      LOG.warn("engine {} answered with status {}", address, response.status());
    } catch (IOException e) {
      LOG.warn("engine {} did not answer", address, e);
    }
    return false;
  }

  private static void refuseMore(Map<String, String> query, String known) {
    if (!query.isEmpty()) {
      throw new IllegalArgumentException(
          "parameter '%s' is not known; %s".formatted(query.keySet().iterator().next(), known));
    }
  }
}
