package dev.millrace.orchestrator.core.definition;

import java.time.Duration;
import java.time.LocalTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one step that need no other step. What most steps say is looked at before a path is
 * made for it, since there may be many steps. One use, one thread.
 */
final class StepRules {
  private final Violations violations;
  private final ValueRules values;
  private final StepDefinition step;
  private final StepPath path;

  StepRules(Violations violations, ValueRules values, StepDefinition step, StepPath path) {
    this.violations = violations;
    this.values = values;
    this.step = step;
    this.path = path;
  }

  void check() {
    if (!DefinitionLimits.isName(step.id())) {
      values.name(() -> path.of("id"), step.id());
    }
    checkAction();
    if (step.when() != null) {
      values.expression(() -> path.of("when"), step.when());
    }
    Timeouts timeouts = step.timeouts();
    checkTimeout("timeout", timeouts.startToClose());
    checkTimeout("scheduleToStart", timeouts.scheduleToStart());
    checkTimeout("scheduleToClose", timeouts.scheduleToClose());
    checkTimeout("heartbeat", timeouts.heartbeat());
    checkRetry("retry", step.retry());
    checkFailureRules();
    checkRepeat();
    checkForEach();
    checkCompensation();
    checkWindow();
    ResultCache cache = step.cache();
    if (cache != null) {
      values.template(() -> path.of("cache.key"), cache.key());
      values.duration(DefinitionRule.CACHE_TTL, () -> path.of("cache.ttl"), "ttl", cache.ttl());
    }
  }

  private void checkTimeout(String field, Duration timeout) {
    if (!timeout.isZero()) {
      values.duration(DefinitionRule.TIMEOUT_RANGE, () -> path.of(field), field, timeout);
    }
  }

  private void checkRetry(String field, @Nullable RetryPolicy retry) {
    if (retry != null) {
      new RetryRules(violations, values, path.of(field)).check(retry);
    }
  }

  private void checkAction() {
    switch (step.action()) {
      case StepAction.Work work -> {
        // A missing type is the id, and need not be wrong twice.
        if (!work.type().equals(step.id())) {
          values.name(() -> path.of("type"), work.type());
        }
        if (!DefinitionLimits.isQueue(work.queue())) {
          values.queue(() -> path.of("queue"), work.queue());
        }
        if (work.input() != null) {
          values.template(() -> path.of("input"), work.input());
        }
        if (work.affinity() != null) {
          values.template(() -> path.of("affinity"), work.affinity());
        }
      }
      case StepAction.SetValue set -> values.template(() -> path.of("set"), set.value());
      case StepAction.Delay delay -> values.template(() -> path.of("delay"), delay.duration());
      case StepAction.Until until -> values.template(() -> path.of("until"), until.time());
      case StepAction.AwaitSignal signal -> {
        values.name(() -> path.of("signal.name"), signal.signal());
        values.template(() -> path.of("signal.schema"), signal.schema());
        values.template(() -> path.of("signal.form"), signal.form());
      }
      case StepAction.StartChild child -> checkChild(child);
      case StepAction.Choose choose -> checkCases(choose.cases());
    }
  }

  private void checkChild(StepAction.StartChild child) {
    values.name(() -> path.of("workflow.definition"), child.definition());
    if (child.version() < 0) {
      violations.add(
          DefinitionRule.BAD_VERSION,
          () -> path.of("workflow.version"),
          () ->
              "version is %d; it must be 1 or more, or be left out for the highest there is"
                  .formatted(child.version()));
    }
    values.template(() -> path.of("workflow.id"), child.workflowId());
    values.template(() -> path.of("workflow.input"), child.input());
  }

  private void checkCases(List<StepAction.Case> cases) {
    if (cases.isEmpty() || cases.size() > DefinitionLimits.CASES) {
      violations.add(
          DefinitionRule.SWITCH_CASES,
          () -> path.of("switch"),
          () ->
              "the switch has %,d cases; it must have 1 to %d"
                  .formatted(cases.size(), DefinitionLimits.CASES));
      return;
    }
    Set<String> names = new HashSet<>();
    for (int i = 0; i < cases.size(); i++) {
      StepAction.Case each = cases.get(i);
      int index = i;
      values.name(() -> path.of("switch[%d].case".formatted(index)), each.name());
      values.expression(() -> path.of("switch[%d].when".formatted(index)), each.when());
      if (!names.add(each.name())) {
        violations.add(
            DefinitionRule.SWITCH_CASES,
            () -> path.of("switch[%d].case".formatted(index)),
            () ->
                "the switch has two cases %s; give each a name of its own"
                    .formatted(Excerpt.of(each.name())));
      }
      if (each.when() == null && i < cases.size() - 1) {
        violations.add(
            DefinitionRule.SWITCH_CASES,
            () -> path.of("switch[%d]".formatted(index)),
            () ->
                "the case %s has no 'when', so that those behind it are never chosen; make it the last"
                    .formatted(Excerpt.of(each.name())));
      }
    }
  }

  private void checkFailureRules() {
    List<FailureRule> rules = step.onFailure();
    if (rules.size() > DefinitionLimits.FAILURE_RULES) {
      violations.add(
          DefinitionRule.FAILURE_RULE,
          () -> path.of("onFailure"),
          () ->
              "onFailure has %,d rules; at most %d are allowed: let one rule name several types"
                  .formatted(rules.size(), DefinitionLimits.FAILURE_RULES));
      return;
    }
    for (int i = 0; i < rules.size(); i++) {
      int index = i;
      values.failureTypes(
          DefinitionRule.FAILURE_RULE,
          () -> path.of("onFailure[%d].types".formatted(index)),
          "types",
          rules.get(i).types());
    }
  }

  private void checkRepeat() {
    Repeat repeat = step.repeat();
    if (repeat == null) {
      return;
    }
    values.expression(() -> path.of("repeat.until"), repeat.until());
    values.durationOrNone(
        DefinitionRule.REPEAT_RANGE, () -> path.of("repeat.delay"), "delay", repeat.delay());
    values.range(
        DefinitionRule.REPEAT_RANGE,
        () -> path.of("repeat.max"),
        "max",
        repeat.max(),
        1,
        DefinitionLimits.ROUNDS);
  }

  private void checkForEach() {
    ForEach forEach = step.forEach();
    if (forEach == null) {
      return;
    }
    values.expression(() -> path.of("forEach.items"), forEach.items());
    if (forEach.maxParallel() != 0) {
      values.range(
          DefinitionRule.MAX_PARALLEL,
          () -> path.of("forEach.maxParallel"),
          "maxParallel",
          forEach.maxParallel(),
          1,
          DefinitionLimits.MAX_PARALLEL);
    }
    values.range(
        DefinitionRule.BATCH_SIZE,
        () -> path.of("forEach.batchSize"),
        "batchSize",
        forEach.batchSize(),
        1,
        DefinitionLimits.BATCH_SIZE);
    values.range(
        DefinitionRule.TOLERATE_RANGE,
        () -> path.of("forEach.tolerate"),
        forEach.percent() ? "tolerate in percent" : "tolerate",
        forEach.tolerated(),
        0,
        forEach.percent() ? 100 : Integer.MAX_VALUE);
  }

  private void checkCompensation() {
    Compensation compensation = step.compensation();
    if (compensation == null) {
      return;
    }
    values.name(() -> path.of("compensate.type"), compensation.type());
    // One taken over from the step need not be wrong twice.
    if (!(step.action() instanceof StepAction.Work work
        && work.queue().equals(compensation.queue()))) {
      values.queue(() -> path.of("compensate.queue"), compensation.queue());
    }
    values.template(() -> path.of("compensate.input"), compensation.input());
    checkTimeout("compensate.timeout", compensation.timeout());
    checkRetry("compensate.retry", compensation.retry());
  }

  private void checkWindow() {
    DeliveryWindow window = step.window();
    if (window == null) {
      return;
    }
    if (window.days().isEmpty()) {
      violations.add(
          DefinitionRule.WINDOW_RANGE,
          () -> path.of("window.days"),
          () -> "the window opens on no day; name at least one, or leave days out for all");
    }
    checkMinute("from", window.from());
    checkMinute("to", window.to());
  }

  private void checkMinute(String field, LocalTime time) {
    if (time.getSecond() != 0 || time.getNano() != 0) {
      violations.add(
          DefinitionRule.WINDOW_RANGE,
          () -> path.of("window." + field),
          () -> "%s is %s; use whole minutes".formatted(field, time));
    }
  }
}
