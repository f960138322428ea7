package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A step in the making. A worker runs it, unless one of {@link #set}, {@link #delay}, {@link
 * #until}, {@link #signal}, {@link #workflow} and {@link #choose} is called; of several calls the
 * last holds. Templates are maps, lists, texts, numbers, booleans and null, and their texts may
 * hold <code>${...}</code>; anything else is refused with an IllegalArgumentException. One thread.
 */
public final class StepBuilder {
  private final String id;
  private String type;
  private @Nullable String queue;
  private @Nullable String input;
  private @Nullable String affinity;
  private @Nullable StepAction action;
  private final List<Dependency> dependsOn = new ArrayList<>();
  private @Nullable JoinRule join;
  private @Nullable String when;
  private Duration timeout = Duration.ZERO;
  private Duration scheduleToStart = Duration.ZERO;
  private Duration scheduleToClose = Duration.ZERO;
  private Duration heartbeat = Duration.ZERO;
  private @Nullable RetryPolicy retry;
  private final List<FailureRule> onFailure = new ArrayList<>();
  private @Nullable Repeat repeat;
  private @Nullable ForEach forEach;
  private @Nullable CompensationBuilder compensation;
  private @Nullable DeliveryWindow window;
  private @Nullable ResultCache cache;

  private StepBuilder(String id) {
    this.id = id;
    this.type = id;
  }

  static StepBuilder of(String id, Consumer<StepBuilder> details) {
    StepBuilder step = new StepBuilder(id);
    details.accept(step);
    return step;
  }

  /** What a worker looks up its handler by. */
  public StepBuilder type(String type) {
    this.type = type;
    return this;
  }

  /** Worker queue that gets the step's commands. */
  public StepBuilder queue(String queue) {
    this.queue = queue;
    return this;
  }

  /** Template of the command's input. */
  public StepBuilder input(@Nullable Object template) {
    this.input = JsonText.of(template);
    return this;
  }

  /**
   * Key of the step's commands, a text such as <code>${input.customer}</code>: those with the same
   * key lie in one partition of the queue, in the order in which they were dispatched.
   */
  public StepBuilder affinity(String key) {
    this.affinity = key;
    return this;
  }

  /** Has the engine compute a value, which is the step's output. */
  public StepBuilder set(@Nullable Object template) {
    return does(new StepAction.SetValue(JsonText.of(template)));
  }

  /** Has the workflow wait for a while. */
  public StepBuilder delay(Duration duration) {
    return delay(DurationText.print(duration));
  }

  /** Has the workflow wait for a while, such as {@code 10m} or <code>${input.delay}</code>. */
  public StepBuilder delay(String duration) {
    return does(new StepAction.Delay(duration));
  }

  /** Has the workflow wait for a point in time. */
  public StepBuilder until(Instant time) {
    return until(time.toString());
  }

  /** Has the workflow wait for a time in RFC 3339, or <code>${input.time}</code>. */
  public StepBuilder until(String time) {
    return does(new StepAction.Until(time));
  }

  /** Has the workflow wait for a signal. */
  public StepBuilder signal(String name) {
    return does(new StepAction.AwaitSignal(name, null, null));
  }

  /**
   * Has the workflow wait for a signal.
   *
   * @param schema JSON Schema of its payload, of the values of a template; null takes any
   * @param form what a person who approves is shown; null for nothing
   */
  public StepBuilder signal(String name, @Nullable Object schema, @Nullable Object form) {
    return does(
        new StepAction.AwaitSignal(
            name,
            schema == null ? null : JsonText.of(schema),
            form == null ? null : JsonText.of(form)));
  }

  /** Has another workflow run, of the highest version of a definition, on the same input. */
  public StepBuilder workflow(String definition) {
    return workflow(definition, child -> {});
  }

  /** Has another workflow run. */
  public StepBuilder workflow(String definition, Consumer<ChildBuilder> details) {
    return does(ChildBuilder.of(definition, details));
  }

  /** Has the engine choose the first of some cases that holds. */
  public StepBuilder choose(Consumer<CasesBuilder> cases) {
    return does(CasesBuilder.of(cases));
  }

  private StepBuilder does(StepAction action) {
    this.action = action;
    return this;
  }

  /** Adds steps that this one comes after. */
  public StepBuilder dependsOn(String... ids) {
    return dependsOn(List.of(ids));
  }

  /** Adds steps that this one comes after. */
  public StepBuilder dependsOn(List<String> ids) {
    ids.forEach(step -> dependsOn.add(Dependency.on(step)));
    return this;
  }

  /** Adds a step that this one comes after if a condition over its output holds. */
  public StepBuilder dependsOnWhen(String id, String condition) {
    dependsOn.add(new Dependency(id, condition, null));
    return this;
  }

  /** Adds a step that this one comes after if it has chosen a case. */
  public StepBuilder dependsOnCase(String id, String chosen) {
    dependsOn.add(new Dependency(id, null, chosen));
    return this;
  }

  /** How many dependencies must be satisfied. */
  public StepBuilder join(JoinRule join) {
    this.join = join;
    return this;
  }

  /** Condition under which the step runs once it may start, as CEL. */
  public StepBuilder when(String condition) {
    this.when = condition;
    return this;
  }

  /** Fails an attempt that takes longer; zero means never, as without a timeout. */
  public StepBuilder timeout(Duration timeout) {
    this.timeout = timeout;
    return this;
  }

  /** Fails an attempt that no worker has taken up by then; zero means never. */
  public StepBuilder scheduleToStart(Duration timeout) {
    this.scheduleToStart = timeout;
    return this;
  }

  /** Fails a step that takes longer, retries included; zero means never. */
  public StepBuilder scheduleToClose(Duration timeout) {
    this.scheduleToClose = timeout;
    return this;
  }

  /** Fails an attempt whose worker gives no sign of life for so long; zero means never. */
  public StepBuilder heartbeat(Duration interval) {
    this.heartbeat = interval;
    return this;
  }

  /** Retry policy of the step, in place of the definition's. */
  public StepBuilder retry(Consumer<RetryBuilder> policy) {
    this.retry = RetryBuilder.of(policy);
    return this;
  }

  /**
   * Adds what follows from failures; the first call that matches holds.
   *
   * @param types failure types, the last character of which may be {@code *}; none means every type
   */
  public StepBuilder onFailure(Reaction reaction, String... types) {
    onFailure.add(new FailureRule(List.of(types), reaction));
    return this;
  }

  /**
   * Runs the step again until a condition over its output holds.
   *
   * @param delay from the end of a round to the next; zero means at once
   * @param max most rounds
   */
  public StepBuilder repeat(String until, Duration delay, int max) {
    this.repeat = new Repeat(until, delay, max);
    return this;
  }

  /** Runs the step for each item of a list, as CEL. */
  public StepBuilder forEach(String items) {
    return forEach(items, details -> {});
  }

  /** Runs the step for each item of a list, as CEL. */
  public StepBuilder forEach(String items, Consumer<ForEachBuilder> details) {
    this.forEach = ForEachBuilder.of(items, details);
    return this;
  }

  /** Undoes the step when the workflow fails after it; the step's output is handed over. */
  public StepBuilder compensate(String type) {
    return compensate(type, details -> {});
  }

  /** Undoes the step when the workflow fails after it. */
  public StepBuilder compensate(String type, Consumer<CompensationBuilder> details) {
    this.compensation = CompensationBuilder.of(type, details);
    return this;
  }

  /** Dispatches the step within some times of the week only. */
  public StepBuilder window(DeliveryWindow window) {
    this.window = window;
    return this;
  }

  /** Keeps the step's output for other steps with the same input. */
  public StepBuilder cache(Duration ttl) {
    this.cache = new ResultCache(null, ttl);
    return this;
  }

  /** Keeps the step's output for other steps with the same key, a template. */
  public StepBuilder cache(Duration ttl, @Nullable Object key) {
    this.cache = new ResultCache(JsonText.of(key), ttl);
    return this;
  }

  StepDefinition toStep(String defaultQueue) {
    String ownQueue = Objects.requireNonNullElse(queue, defaultQueue);
    return new StepDefinition(
        id,
        action == null ? new StepAction.Work(type, ownQueue, input, affinity) : action,
        dependsOn,
        join,
        when,
        new Timeouts(timeout, scheduleToStart, scheduleToClose, heartbeat),
        retry,
        onFailure,
        repeat,
        forEach,
        compensation == null ? null : compensation.toCompensation(ownQueue),
        window,
        cache);
  }
}
