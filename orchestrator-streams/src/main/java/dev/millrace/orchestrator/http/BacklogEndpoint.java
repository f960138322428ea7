package dev.millrace.orchestrator.http;

import dev.millrace.orchestrator.flow.Backlog;
import dev.millrace.orchestrator.intake.Closure;
import dev.millrace.orchestrator.query.NotReadyException;
import dev.millrace.orchestrator.query.OtherEngine;
import dev.millrace.orchestrator.query.WorkflowQueries;
import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.wire.QueueSettingsJson;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code GET /backlog}: what waits for the workers of each queue, as autoscalers read it. Held
 * steps of all engines are added up; the lag is the same for all of them. A queue whose lag is not
 * known or too old to act on has no {@code backlog}, so that whoever reads it falls back. Also why
 * engines leave starts in Kafka now, each for itself. Thread-safe.
 */
final class BacklogEndpoint extends GetEndpoint {
  static final String PATH = "/backlog";

  private static final Logger LOG = LoggerFactory.getLogger(BacklogEndpoint.class);
  private static final String QUEUES = "queues";
  private static final String HELD = "held";
  private static final String OLDEST_AGE = "oldestAgeMs";
  private static final String OPEN_BREAKERS = "openBreakers";
  private static final JsonMapper JSON = new JsonMapper();
  private static final String INTAKE = "intake";

  private final WorkflowQueries engines;
  private final Backlog backlog;
  private final Supplier<List<Closure>> closures;
  private final Forwarding forwarding = new Forwarding();

  BacklogEndpoint(WorkflowQueries engines, Backlog backlog, Supplier<List<Closure>> closures) {
    super("the backlog is only read");
    this.engines = engines;
    this.backlog = backlog;
    this.closures = closures;
  }

  /** What is held of a queue, on one engine or more. */
  private record Held(long steps, long oldestAgeMs, long openBreakers) {
    Held and(Held other) {
      return new Held(
          steps + other.steps,
          Math.max(oldestAgeMs, other.oldestAgeMs),
          openBreakers + other.openBreakers);
    }
  }

  @Override
  JsonResponse get(URI uri) throws InterruptedException {
    Map<String, String> query = QueryText.read(uri.getRawQuery());
    boolean local = query.remove(QueryText.LOCAL) != null;
    if (!uri.getRawPath().equals(PATH)) {
      return JsonResponse.error(404, "no such page");
    }
    if (!query.isEmpty()) {
      throw new IllegalArgumentException(
          "parameter '%s' is not known; there are none"
              .formatted(query.keySet().iterator().next()));
    }
    Map<String, Backlog.OfQueue> own = backlog.now();
    Map<String, Held> held = new TreeMap<>();
    own.forEach(
        (queue, each) ->
            held.put(queue, new Held(each.held(), each.oldestAgeMs(), each.openBreakers())));
    List<Object> waits = new ArrayList<>();
    closures.get().forEach(each -> waits.add(json(each)));
    boolean partial = !local && !addOthers(held, waits);
    Map<String, Object> queues = new TreeMap<>();
    held.forEach(
        (queue, steps) -> {
          Backlog.OfQueue each = own.get(queue);
          if (each != null) {
            queues.put(queue, json(each, steps));
          }
        });
    return JsonResponse.ok(Map.of(QUEUES, queues, INTAKE, waits, "partial", partial));
  }

  private static Map<String, Object> json(Backlog.OfQueue queue, Held held) {
    Map<String, Object> json = new LinkedHashMap<>();
    queue.lag().ifPresent(lag -> json.put("lag", lag));
    json.put(HELD, held.steps());
    json.put(OLDEST_AGE, held.oldestAgeMs());
    if (queue.isStale()) {
      json.put("stale", true);
    }
    queue.total(held.steps()).ifPresent(total -> json.put("backlog", total));
    queue.sampleAgeMs().ifPresent(age -> json.put("sampleAgeMs", age));
    if (held.openBreakers() > 0) {
      json.put(OPEN_BREAKERS, held.openBreakers());
    }
    if (!queue.settings().equals(QueueSettings.NONE)) {
      json.put("settings", json(queue.settings()));
    }
    if (!queue.ofStepTypes().isEmpty()) {
      Map<String, Object> types = new TreeMap<>();
      queue.ofStepTypes().forEach((type, settings) -> types.put(type, json(settings)));
      json.put("stepTypes", types);
    }
    return json;
  }

  /** As they stand in their topic. */
  private static JsonNode json(QueueSettings settings) {
    return JSON.readTree(QueueSettingsJson.write(settings));
  }

  private Map<String, Object> json(Closure closure) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("engine", Forwarding.address(engines.self()));
    json.put("reason", closure.reason().code());
    json.put("value", closure.value());
    json.put("limit", closure.limit());
    json.put("resumesAt", closure.resumesAt());
    json.put("sinceMs", closure.sinceMs());
    return json;
  }

  /** Adds what other engines hold and leave; whether all of them have answered. */
  private boolean addOthers(Map<String, Held> held, List<Object> waits)
      throws InterruptedException {
    boolean isWhole = true;
    try {
      for (OtherEngine other : engines.otherEngines()) {
        isWhole &= addFrom(other, held, waits);
      }
    } catch (NotReadyException e) {
      LOG.debug("the other engines are not known yet", e);
      return false;
    }
    return isWhole;
  }

  private boolean addFrom(OtherEngine other, Map<String, Held> held, List<Object> waits)
      throws InterruptedException {
    try {
      JsonResponse answer = forwarding.ask(other.address(), PATH + QueryText.local(Map.of()));
      if (answer.status() == 200 && answer.body() instanceof JsonNode body) {
        JsonNode queues = body.path(QUEUES);
        held.replaceAll(
            (queue, known) -> {
              JsonNode there = queues.path(queue);
              return known.and(
                  new Held(
                      there.path(HELD).asLong(0),
                      there.path(OLDEST_AGE).asLong(0),
                      there.path(OPEN_BREAKERS).asLong(0)));
            });
        body.path(INTAKE).forEach(waits::add);
        return true;
      }
      LOG.warn("{} answered with status {}", Forwarding.address(other.address()), answer.status());
    } catch (IOException e) {
      LOG.warn("{} did not answer", Forwarding.address(other.address()), e);
    }
    return false;
  }
}
