package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the fields of steps, as they are written.
 *
 * @param commonQueue queue of the steps that name none
 */
record StepPrinter(String commonQueue) {
  Map<String, Object> print(StepDefinition step) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(Field.OfStep.ID.text(), step.id());
    putAction(fields, step);
    if (!step.dependsOn().isEmpty()) {
      fields.put(
          Field.OfStep.DEPENDS_ON.text(),
          step.dependsOn().stream().map(StepPrinter::dependency).toList());
    }
    if (step.join() != null) {
      fields.put(Field.OfStep.JOIN.text(), join(step.join()));
    }
    put(fields, Field.OfStep.WHEN, step.when());
    if (step.action() instanceof StepAction.Work work) {
      putTemplate(fields, Field.OfStep.INPUT, work.input());
      put(fields, Field.OfStep.AFFINITY, work.affinity());
    }
    Timeouts timeouts = step.timeouts();
    put(fields, Field.OfStep.TIMEOUT, timeouts.startToClose());
    put(fields, Field.OfStep.SCHEDULE_TO_START, timeouts.scheduleToStart());
    put(fields, Field.OfStep.SCHEDULE_TO_CLOSE, timeouts.scheduleToClose());
    put(fields, Field.OfStep.HEARTBEAT, timeouts.heartbeat());
    RetryPolicy retry = step.retry();
    if (retry != null) {
      fields.put(Field.OfStep.RETRY.text(), SettingPrinter.retry(retry));
    }
    if (!step.onFailure().isEmpty()) {
      fields.put(Field.OfStep.ON_FAILURE.text(), onFailure(step.onFailure()));
    }
    SettingPrinter.putAll(fields, step, queueOf(step));
    return fields;
  }

  private String queueOf(StepDefinition step) {
    return step.action() instanceof StepAction.Work work ? work.queue() : commonQueue;
  }

  private void putAction(Map<String, Object> fields, StepDefinition step) {
    switch (step.action()) {
      case StepAction.Work work -> {
        if (!work.type().equals(step.id())) {
          fields.put(Field.OfStep.TYPE.text(), work.type());
        }
        if (!work.queue().equals(commonQueue)) {
          fields.put(Field.OfStep.QUEUE.text(), work.queue());
        }
      }
      case StepAction.SetValue set -> putTemplate(fields, Field.OfStep.SET, set.value());
      case StepAction.Delay delay -> put(fields, Field.OfStep.DELAY, delay.duration());
      case StepAction.Until until -> put(fields, Field.OfStep.UNTIL, until.time());
      case StepAction.AwaitSignal signal -> fields.put(Field.OfStep.SIGNAL.text(), signal(signal));
      case StepAction.StartChild child -> fields.put(Field.OfStep.WORKFLOW.text(), child(child));
      case StepAction.Choose choose ->
          fields.put(
              Field.OfStep.SWITCH.text(),
              choose.cases().stream().map(StepPrinter::choice).toList());
    }
  }

  private static Object signal(StepAction.AwaitSignal signal) {
    if (signal.schema() == null && signal.form() == null) {
      return signal.signal();
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, Field.OfSignal.NAME, signal.signal());
    putTemplate(fields, Field.OfSignal.SCHEMA, signal.schema());
    putTemplate(fields, Field.OfSignal.FORM, signal.form());
    return fields;
  }

  private static Map<String, Object> child(StepAction.StartChild child) {
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, Field.OfChild.DEFINITION, child.definition());
    if (child.version() != 0) {
      fields.put(Field.OfChild.VERSION.text(), child.version());
    }
    put(fields, Field.OfChild.ID, child.workflowId());
    putTemplate(fields, Field.OfChild.INPUT, child.input());
    if (child.detached()) {
      fields.put(Field.OfChild.DETACHED.text(), true);
    }
    if (child.cancelled() == child.detached()) {
      fields.put(
          Field.OfChild.ON_CANCEL.text(),
          child.cancelled() ? ActionReader.CANCEL : ActionReader.ABANDON);
    }
    return fields;
  }

  private static Map<String, Object> choice(StepAction.Case choice) {
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, Field.OfCase.CASE, choice.name());
    put(fields, Field.OfCase.WHEN, choice.when());
    return fields;
  }

  private static Object dependency(Dependency dependency) {
    if (dependency.when() == null && dependency.chosen() == null) {
      return dependency.step();
    }
    Map<String, Object> fields = new LinkedHashMap<>();
    put(fields, Field.OfDependency.STEP, dependency.step());
    put(fields, Field.OfDependency.WHEN, dependency.when());
    put(fields, Field.OfDependency.CASE, dependency.chosen());
    return fields;
  }

  private static Object join(JoinRule join) {
    return switch (join.kind()) {
      case AT_LEAST -> Map.of(Field.OfJoin.AT_LEAST.text(), join.atLeast());
      case ALL, ANY, ALL_DONE, NONE_FAILED -> name(EdgeReader.joins(), join);
    };
  }

  private static Object onFailure(List<FailureRule> rules) {
    FailureRule first = rules.getFirst();
    if (rules.size() == 1 && first.types().isEmpty()) {
      return reaction(first.reaction());
    }
    return rules.stream()
        .map(
            rule -> {
              Map<String, Object> fields = new LinkedHashMap<>();
              if (!rule.types().isEmpty()) {
                fields.put(Field.OfFailureRule.TYPES.text(), rule.types());
              }
              fields.put(Field.OfFailureRule.THEN.text(), reaction(rule.reaction()));
              return fields;
            })
        .toList();
  }

  private static Object reaction(Reaction reaction) {
    return reaction instanceof Reaction.Route route
        ? Map.of(Field.OfReaction.ROUTE.text(), route.step())
        : name(EdgeReader.reactions(), reaction);
  }

  private static <T> String name(Map<String, T> names, T value) {
    return names.entrySet().stream()
        .filter(entry -> entry.getValue().equals(value))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no way to write " + value));
  }

  static void put(Map<String, Object> fields, Field field, @Nullable String text) {
    if (text != null) {
      fields.put(field.text(), text);
    }
  }

  static void put(Map<String, Object> fields, Field field, Duration duration) {
    if (!duration.isZero()) {
      fields.put(field.text(), DurationText.print(duration));
    }
  }

  @SuppressWarnings("NullAway") // the value null is written too
  static void putTemplate(Map<String, Object> fields, Field field, @Nullable String json) {
    if (json != null) {
      fields.put(field.text(), JsonText.parse(json));
    }
  }
}
