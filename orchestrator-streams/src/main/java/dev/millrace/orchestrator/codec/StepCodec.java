package dev.millrace.orchestrator.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import dev.millrace.schemas.v1.AwaitedSignal;
import dev.millrace.schemas.v1.ChildWorkflow;
import dev.millrace.schemas.v1.DependencyCondition;
import dev.millrace.schemas.v1.FailureReaction;
import dev.millrace.schemas.v1.JoinKind;
import dev.millrace.schemas.v1.SwitchCase;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** A step of a definition as the contract's record and as the core's data. Stateless. */
final class StepCodec {
  private StepCodec() {}

  static dev.millrace.schemas.v1.StepDefinition toAvro(StepDefinition step) {
    StepAction action = step.action();
    StepAction.Work work = action instanceof StepAction.Work w ? w : null;
    Timeouts timeouts = step.timeouts();
    return new dev.millrace.schemas.v1.StepDefinition(
        step.id(),
        work == null ? "" : work.type(),
        work == null ? "" : work.queue(),
        step.dependsOn().stream().map(Dependency::step).toList(),
        timeouts.startToClose().toMillis(),
        StepSettingsCodec.toAvro(step.retry()),
        step.dependsOn().stream()
            .filter(dependency -> dependency.when() != null || dependency.chosen() != null)
            .map(
                dependency ->
                    new DependencyCondition(
                        dependency.step(), dependency.when(), dependency.chosen()))
            .toList(),
        toAvro(step.join()),
        step.when(),
        work == null ? null : work.input(),
        action instanceof StepAction.SetValue set ? set.value() : null,
        action instanceof StepAction.Delay delay ? delay.duration() : null,
        action instanceof StepAction.Until until ? until.time() : null,
        action instanceof StepAction.AwaitSignal signal
            ? new AwaitedSignal(signal.signal(), signal.schema(), signal.form())
            : null,
        action instanceof StepAction.StartChild child
            ? new ChildWorkflow(
                child.definition(),
                child.version(),
                child.workflowId(),
                child.input(),
                child.detached(),
                child.cancelled())
            : null,
        action instanceof StepAction.Choose choose
            ? choose.cases().stream().map(each -> new SwitchCase(each.name(), each.when())).toList()
            : List.of(),
        timeouts.scheduleToStart().toMillis(),
        timeouts.scheduleToClose().toMillis(),
        timeouts.heartbeat().toMillis(),
        step.onFailure().stream().map(StepCodec::toAvro).toList(),
        StepSettingsCodec.toAvro(step.repeat()),
        StepSettingsCodec.toAvro(step.forEach()),
        StepSettingsCodec.toAvro(step.compensation()),
        StepSettingsCodec.toAvro(step.window()),
        StepSettingsCodec.toAvro(step.cache()),
        work == null ? null : work.affinity());
  }

  static StepDefinition fromAvro(dev.millrace.schemas.v1.StepDefinition step)
      throws MalformedRecordException {
    return new StepDefinition(
        step.getId(),
        action(step),
        dependencies(step),
        fromAvro(step, step.getJoin()),
        step.getWhen(),
        new Timeouts(
            Duration.ofMillis(step.getTimeoutMs()),
            Duration.ofMillis(step.getScheduleToStartMs()),
            Duration.ofMillis(step.getScheduleToCloseMs()),
            Duration.ofMillis(step.getHeartbeatMs())),
        StepSettingsCodec.fromAvro(step.getRetry()),
        failureRules(step),
        StepSettingsCodec.fromAvro(step.getRepeat()),
        StepSettingsCodec.fromAvro(step.getForEach()),
        StepSettingsCodec.fromAvro(step.getCompensation()),
        StepSettingsCodec.fromAvro(step.getWindow()),
        StepSettingsCodec.fromAvro(step.getCache()));
  }

  /** What the step does; a record may say only one thing. */
  private static StepAction action(dev.millrace.schemas.v1.StepDefinition step)
      throws MalformedRecordException {
    List<StepAction> actions = new ArrayList<>(1);
    if (step.getSet() != null) {
      actions.add(new StepAction.SetValue(step.getSet()));
    }
    if (step.getDelay() != null) {
      actions.add(new StepAction.Delay(step.getDelay()));
    }
    if (step.getUntil() != null) {
      actions.add(new StepAction.Until(step.getUntil()));
    }
    AwaitedSignal signal = step.getSignal();
    if (signal != null) {
      requireJson(step, "signal.payloadSchema", signal.getPayloadSchema());
      requireJson(step, "signal.form", signal.getForm());
      actions.add(
          new StepAction.AwaitSignal(
              signal.getName(), signal.getPayloadSchema(), signal.getForm()));
    }
    ChildWorkflow child = step.getChild();
    if (child != null) {
      actions.add(
          new StepAction.StartChild(
              child.getDefinition(),
              child.getVersion(),
              child.getWorkflowId(),
              child.getInput(),
              child.getDetached(),
              child.getCancelled()));
    }
    if (!step.getCases().isEmpty()) {
      actions.add(
          new StepAction.Choose(
              step.getCases().stream()
                  .map(each -> new StepAction.Case(each.getName(), each.getWhen()))
                  .toList()));
    }
    boolean isWork =
        !step.getType().isEmpty()
            || !step.getQueue().isEmpty()
            || step.getInput() != null
            || step.getAffinity() != null;
    if (isWork || actions.isEmpty()) {
      actions.add(
          new StepAction.Work(
              step.getType(), step.getQueue(), step.getInput(), step.getAffinity()));
    }
    if (actions.size() > 1) {
      throw malformed(
          step,
          "it does %d things; keep one of type with queue, input and affinity, set, delay, until, signal, child, cases"
              .formatted(actions.size()),
          null);
    }
    return actions.getFirst();
  }

  private static void requireJson(
      dev.millrace.schemas.v1.StepDefinition step, String field, @Nullable String text)
      throws MalformedRecordException {
    if (text == null) {
      return;
    }
    try {
      JsonMapper.shared().readTree(text.getBytes(UTF_8));
    } catch (JacksonException e) {
      throw malformed(step, field + " is not JSON; correct it", e);
    }
  }

  private static List<Dependency> dependencies(dev.millrace.schemas.v1.StepDefinition step)
      throws MalformedRecordException {
    if (step.getConditions().isEmpty()) {
      return step.getDependsOn().stream().map(Dependency::on).toList();
    }
    Map<String, DependencyCondition> conditions = new HashMap<>();
    for (DependencyCondition condition : step.getConditions()) {
      if (conditions.put(condition.getStep(), condition) != null) {
        throw malformed(
            step,
            "two conditions of step %s; join them with &&"
                .formatted(Excerpt.of(condition.getStep())),
            null);
      }
    }
    List<Dependency> dependencies = new ArrayList<>();
    for (String id : step.getDependsOn()) {
      DependencyCondition condition = conditions.remove(id);
      dependencies.add(
          condition == null
              ? Dependency.on(id)
              : new Dependency(id, condition.getWhen(), condition.getChosen()));
    }
    if (!conditions.isEmpty()) {
      throw malformed(
          step,
          "a condition of step %s, which is not in dependsOn; add it there or remove the condition"
              .formatted(Excerpt.of(conditions.keySet().iterator().next())),
          null);
    }
    return dependencies;
  }

  private static dev.millrace.schemas.v1.@Nullable JoinRule toAvro(@Nullable JoinRule join) {
    return join == null
        ? null
        : new dev.millrace.schemas.v1.JoinRule(
            switch (join.kind()) {
              case ALL -> JoinKind.ALL;
              case ANY -> JoinKind.ANY;
              case AT_LEAST -> JoinKind.AT_LEAST;
              case ALL_DONE -> JoinKind.ALL_DONE;
              case NONE_FAILED -> JoinKind.NONE_FAILED;
            },
            join.atLeast());
  }

  private static @Nullable JoinRule fromAvro(
      dev.millrace.schemas.v1.StepDefinition step, dev.millrace.schemas.v1.@Nullable JoinRule join)
      throws MalformedRecordException {
    return join == null
        ? null
        : switch (join.getKind()) {
          case ALL -> JoinRule.ALL;
          case ANY -> JoinRule.ANY;
          case AT_LEAST -> JoinRule.atLeast(join.getAtLeast());
          case ALL_DONE -> JoinRule.ALL_DONE;
          case NONE_FAILED -> JoinRule.NONE_FAILED;
          case UNKNOWN ->
              throw malformed(step, "a join rule newer than this engine; update the engine", null);
        };
  }

  private static dev.millrace.schemas.v1.FailureRule toAvro(FailureRule rule) {
    return switch (rule.reaction()) {
      case Reaction.Retry retry -> reaction(rule, FailureReaction.RETRY, "");
      case Reaction.Fail fail -> reaction(rule, FailureReaction.FAIL, "");
      case Reaction.GoOn goOn -> reaction(rule, FailureReaction.CONTINUE, "");
      case Reaction.Route route -> reaction(rule, FailureReaction.ROUTE, route.step());
    };
  }

  private static dev.millrace.schemas.v1.FailureRule reaction(
      FailureRule rule, FailureReaction reaction, String route) {
    return new dev.millrace.schemas.v1.FailureRule(rule.types(), reaction, route);
  }

  private static List<FailureRule> failureRules(dev.millrace.schemas.v1.StepDefinition step)
      throws MalformedRecordException {
    List<FailureRule> rules = new ArrayList<>(step.getOnFailure().size());
    for (dev.millrace.schemas.v1.FailureRule rule : step.getOnFailure()) {
      rules.add(
          new FailureRule(
              rule.getTypes(),
              switch (rule.getReaction()) {
                case RETRY -> new Reaction.Retry();
                case FAIL -> new Reaction.Fail();
                case CONTINUE -> new Reaction.GoOn();
                case ROUTE -> new Reaction.Route(rule.getRoute());
                case UNKNOWN ->
                    throw malformed(
                        step, "a reaction to failures newer than this engine; update it", null);
              }));
    }
    return rules;
  }

  private static MalformedRecordException malformed(
      dev.millrace.schemas.v1.StepDefinition step, String what, @Nullable Throwable cause) {
    return new MalformedRecordException(
        "step %s: %s".formatted(Excerpt.of(step.getId()), what), cause);
  }
}
