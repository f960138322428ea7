package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.event.StepFailed.Consequence;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.StepStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the reference knows of one step. */
final class ReferenceStep {
  /** Which part of the definition a step belongs to. */
  enum Part {
    MAIN,
    FINALLY,
    COMPENSATION
  }

  final StepDefinition definition;
  final Part part;
  final RetryPolicy retry;

  private final Map<String, Dependency> dependsOn = new HashMap<>();

  /** Steps that route failures to this one. */
  final Set<String> routedFrom = new HashSet<>();

  StepStatus status = StepStatus.WAITING;

  /** Of this and the workflows that had the id before, of which none is used twice. */
  int attempt;

  int attemptsOfRound;
  int rounds;
  long deadlineMs;
  @Nullable Payload output;

  /** Its time-outs, where it has others than that of the attempt; 0 for none. */
  long startByMs;

  long closeByMs;
  long overallByMs;
  long heartbeatByMs;

  /** How far its attempts have come. */
  @Nullable Payload progress;

  /** The workflow that it waits for. */
  @Nullable String child;

  /** Whether it is held for its queue, as long as it is READY. */
  private boolean isAtGate;

  /** All that its open attempt depends on; null where its result is not kept. */
  @Nullable List<@Nullable Object> keptUnder;

  /** Whether nobody has had it run again. */
  private boolean isUntouched = true;

  private final int formerAttempts;

  /** Dependents to which its success does not lead. */
  final Set<String> notTaken = new HashSet<>();

  /** What came of its failure. */
  Consequence consequence = Consequence.FAIL;

  @Nullable String routedTo;

  private ReferenceStep(
      StepDefinition definition, Part part, RetryPolicy defaults, int formerAttempts) {
    this.definition = definition;
    this.part = part;
    this.formerAttempts = formerAttempts;
    this.attempt = formerAttempts;
    RetryPolicy own = definition.retry();
    this.retry = own == null ? defaults : own;
    definition.dependsOn().forEach(each -> dependsOn.put(each.step(), each));
  }

  /** The steps of a definition whose attempts nobody has had before. */
  static List<ReferenceStep> all(WorkflowDefinition definition) {
    return all(definition, 0);
  }

  /**
   * The steps of a definition: those of the main part, finally steps, compensations.
   *
   * @param former the highest attempt of the workflows that had the id before
   */
  static List<ReferenceStep> all(WorkflowDefinition definition, int former) {
    List<ReferenceStep> steps = new ArrayList<>();
    RetryPolicy retry = definition.retry();
    definition
        .steps()
        .forEach(each -> steps.add(new ReferenceStep(each, Part.MAIN, retry, former)));
    definition
        .finallySteps()
        .forEach(each -> steps.add(new ReferenceStep(each, Part.FINALLY, retry, former)));
    for (ReferenceStep step : List.copyOf(steps)) {
      for (FailureRule rule : step.definition.onFailure()) {
        if (rule.reaction() instanceof FailureRule.Reaction.Route route) {
          steps.stream()
              .filter(each -> each.id().equals(route.step()))
              .forEach(each -> each.routedFrom.add(step.id()));
        }
      }
      var undo = step.definition.compensation();
      if (undo != null) {
        StepDefinition made =
            TestStep.of("compensate:" + step.id())
                .does(new StepAction.Work(undo.type(), undo.queue(), undo.input()))
                .timeout(undo.timeout())
                .retry(undo.retry())
                .build();
        steps.add(new ReferenceStep(made, Part.COMPENSATION, retry, former));
      }
    }
    return steps;
  }

  String id() {
    return definition.id();
  }

  /** Id of the step that this one undoes. */
  String undoes() {
    return id().substring("compensate:".length());
  }

  /** It may start, and is held. */
  void hold(long untilMs, boolean atGate) {
    status = StepStatus.READY;
    deadlineMs = untilMs;
    isAtGate = atGate;
  }

  /** Whether it is held for its queue. */
  boolean isGated() {
    return status == StepStatus.READY && isAtGate;
  }

  /** It has come to its end, or waits again. */
  void come(StepStatus to) {
    status = to;
    deadlineMs = 0;
    child = null;
    keptUnder = null;
    progress = null;
    startByMs = 0;
    closeByMs = 0;
    overallByMs = 0;
    heartbeatByMs = 0;
  }

  /** It is as if it had not run, but for the number of its next attempt. */
  void reset() {
    come(StepStatus.WAITING);
    isUntouched = false;
    attemptsOfRound = 0;
    rounds = 0;
    output = null;
    notTaken.clear();
    consequence = Consequence.FAIL;
    routedTo = null;
  }

  /** Whether its next attempt is the first, and nobody has asked for it. */
  boolean isNew() {
    return isUntouched && attempt == formerAttempts;
  }

  /** Whether it has other time-outs than that of the attempt. */
  boolean hasClocks() {
    Timeouts limits = definition.timeouts();
    return isWork()
        && !(limits.scheduleToStart().isZero()
            && limits.scheduleToClose().isZero()
            && limits.heartbeat().isZero());
  }

  /** Whether a completion of an attempt is waited for. */
  boolean awaits(int reported) {
    boolean isUnderWay =
        status == StepStatus.OPEN
            || (status == StepStatus.SUSPENDED
                && definition.action() instanceof StepAction.StartChild);
    return isUnderWay && attempt == reported;
  }

  boolean isWork() {
    return definition.action() instanceof StepAction.Work;
  }

  JoinRule join() {
    JoinRule own = definition.join();
    if (own != null) {
      return own;
    }
    return routedFrom.isEmpty() ? JoinRule.ALL : JoinRule.ANY;
  }

  /** The dependency on another step; null where there is none. */
  @Nullable Dependency dependencyOn(String other) {
    return dependsOn.get(other);
  }

  @Nullable FailureRule ruleFor(String failureType) {
    return definition.onFailure().stream()
        .filter(rule -> rule.matches(failureType))
        .findFirst()
        .orElse(null);
  }
}
