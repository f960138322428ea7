package dev.millrace.orchestrator.metrics;

import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the engine counts and times itself. Tags are capped: see {@link CappedTag}. Thread-safe; the
 * hot path goes through {@link TaskMeters}, which has its meters at hand.
 */
public final class EngineMetrics {
  private static final String CODE = "code";
  private static final String QUEUE = "queue";
  private static final String TYPE = "type";
  private static final String DEFINITION = "definition";
  private static final String TIMEOUT_PREFIX = "millrace.timeout.";

  private final MeterRegistry registry;
  private final Counter events;
  private final Counter heartbeats;
  private final Timer resolution;
  private final Timer hop;
  private final Counter evictions;
  private final CappedTag codes = new CappedTag();
  private final CappedTag queues = new CappedTag();
  private final CappedTag types = new CappedTag();
  private final CappedTag definitions = new CappedTag();
  private final CappedTag tenants = new CappedTag();
  private final Map<String, Counter> tenantStarts = new ConcurrentHashMap<>();
  private final Map<String, Counter> tenantRejections = new ConcurrentHashMap<>();
  private final Map<String, Counter> deadLetters = new ConcurrentHashMap<>();
  private final Map<String, Counter> refusals = new ConcurrentHashMap<>();
  private final Map<String, Counter> results = new ConcurrentHashMap<>();
  private final Map<String, Counter> failures = new ConcurrentHashMap<>();
  private final Map<String, Counter> timeouts = new ConcurrentHashMap<>();
  private final Map<Tags, StepMeters> steps = new ConcurrentHashMap<>();

  public EngineMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.events = counter("millrace.events", "Events that the engine has decided.", Tags.empty());
    this.heartbeats =
        counter("millrace.heartbeats", "Signs of life of attempts that go on.", Tags.empty());
    this.resolution =
        timer(
            "millrace.dependency.resolution",
            "From the reading of a completion to the sending of the commands that follow from it.",
            Tags.empty());
    this.hop =
        timer(
            "millrace.hop.time",
            "From the end of a handler to the start of that of a step which waited for it last.",
            Tags.empty());
    this.evictions =
        counter(
            "millrace.record.cache.evictions",
            "Workflows that were written before their commit, since the cache was full.",
            Tags.empty());
  }

  /**
   * The meters of one stream task, which is not thread-safe.
   *
   * @param listener is told what is known of attempts that end
   */
  public TaskMeters ofTask(AttemptListener listener) {
    return new TaskMeters(this, listener);
  }

  /** A record went to the dead letters. */
  public void deadLetter(String code) {
    byCode(deadLetters, "millrace.dead.letters", "Records that became dead letters.", code)
        .increment();
  }

  /** A workflow of a tenant began. */
  public void tenantStarted(String tenant) {
    byTenant(tenantStarts, "millrace.tenant.started", "Workflows that began.", tenant);
  }

  /** A start was rejected, since its tenant has as much as it may. */
  public void tenantRejected(String tenant) {
    byTenant(
        tenantRejections,
        "millrace.tenant.rejected",
        "Starts that were rejected for what their tenant may have.",
        tenant);
  }

  private void byTenant(
      Map<String, Counter> counters, String name, String description, String tenant) {
    String tag = tenants.of(tenant);
    counters
        .computeIfAbsent(tag, each -> counter(name, description, Tags.of("tenant", each)))
        .increment();
  }

  /** An input changed nothing, as is normal under at-least-once delivery. */
  public void refused(String code) {
    byCode(refusals, "millrace.inputs.refused", "Inputs that changed nothing.", code).increment();
  }

  /**
   * Something came of a result cache.
   *
   * @param code {@code hit}: a result was taken; {@code miss}: there was none; {@code kept}; {@code
   *     too-large}, {@code full}: it was not kept
   */
  public void result(String code) {
    byCode(results, "millrace.step.results", "What came of result caches.", code).increment();
  }

  /** Changed workflows were pushed out of the record cache before their commit. */
  public void evicted(long changes) {
    evictions.increment((double) changes);
  }

  /** An attempt failed. */
  void failed(Failure failure) {
    String type = failure.type();
    byCode(failures, "millrace.failures", "Attempts that failed, by the type of the failure.", type)
        .increment();
    timedOut(type);
  }

  /** An attempt or a workflow failed; counts it if the failure is a time-out. */
  public void timedOut(String failureType) {
    if (failureType.startsWith(TIMEOUT_PREFIX)) {
      String kind = failureType.substring(TIMEOUT_PREFIX.length());
      timeouts
          .computeIfAbsent(
              kind,
              each ->
                  counter(
                      "millrace.timeouts",
                      "Time-outs, by what was waited for.",
                      Tags.of("kind", each)))
          .increment();
    }
  }

  Counter events() {
    return events;
  }

  Counter heartbeats() {
    return heartbeats;
  }

  Timer resolution() {
    return resolution;
  }

  Timer hop() {
    return hop;
  }

  Counter workflowsStarted(String definition) {
    return counter(
        "millrace.workflows.started",
        "Workflows that began.",
        Tags.of(DEFINITION, definitions.of(definition)));
  }

  Timer workflowTime(String definition, WorkflowStatus status) {
    return longTimer(
        "millrace.workflow.time",
        "From the start of a workflow to its end.",
        Tags.of(
            DEFINITION,
            definitions.of(definition),
            "status",
            status.name().toLowerCase(Locale.ROOT)));
  }

  /** The meters of steps; empty names for those that no worker runs. */
  StepMeters steps(String queue, String type) {
    Tags ofQueue = Tags.of(QUEUE, queues.of(queue));
    return steps.computeIfAbsent(ofQueue.and(TYPE, types.of(type)), tags -> steps(ofQueue, tags));
  }

  private StepMeters steps(Tags ofQueue, Tags tags) {
    return new StepMeters(
        counter("millrace.steps.dispatched", "Commands sent.", tags),
        counter("millrace.steps.succeeded", "Steps, or branches of steps, that succeeded.", tags),
        counter(
            "millrace.steps.retried", "Attempts that failed and that another one follows.", tags),
        counter(
            "millrace.steps.failed", "Steps, or branches of steps, that failed for good.", tags),
        longTimer(
            "millrace.step.time",
            "From the sending of a command to the reading of its completion.",
            tags),
        longTimer(
            "millrace.queue.time",
            "From the sending of a command to the start of its handler.",
            ofQueue));
  }

  private Counter byCode(
      Map<String, Counter> counters, String name, String description, String code) {
    Counter known = counters.get(code);
    if (known != null) {
      return known;
    }
    // Not under its own name: what is beyond the cap would fill the map.
    return counters.computeIfAbsent(
        codes.of(code), each -> counter(name, description, Tags.of(CODE, each)));
  }

  private Counter counter(String name, String description, Tags tags) {
    return Counter.builder(name).description(description).tags(tags).register(registry);
  }

  private Timer timer(String name, String description, Tags tags) {
    return Timer.builder(name)
        .description(description)
        .tags(tags)
        .serviceLevelObjectives(Buckets.upToSeconds())
        .register(registry);
  }

  private Timer longTimer(String name, String description, Tags tags) {
    return Timer.builder(name)
        .description(description)
        .tags(tags)
        .serviceLevelObjectives(Buckets.upToADay())
        .register(registry);
  }
}
