package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DeliveryWindow;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.ForEach;
import dev.millrace.orchestrator.core.definition.JoinRule;
import dev.millrace.orchestrator.core.definition.Repeat;
import dev.millrace.orchestrator.core.definition.ResultCache;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepAction;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Timeouts;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads one step, whose queue may still be named further down. One use, one thread. */
final class StepReader {
  private static final List<Field.OfStep> REQUIRED = List.of(Field.OfStep.ID);

  private final SourceValues values;
  private final EdgeReader edges;
  private final int index;

  private @Nullable String id;
  private @Nullable String type;
  private @Nullable String queue;
  private @Nullable String input;
  private @Nullable String affinity;
  private @Nullable StepAction action;
  private List<Dependency> dependsOn = List.of();
  private @Nullable JoinRule join;
  private @Nullable String when;
  private Duration startToClose = Duration.ZERO;
  private Duration scheduleToStart = Duration.ZERO;
  private Duration scheduleToClose = Duration.ZERO;
  private Duration heartbeat = Duration.ZERO;
  private @Nullable RetryPolicy retry;
  private List<FailureRule> onFailure = List.of();
  private @Nullable Repeat repeat;
  private @Nullable ForEach forEach;
  private @Nullable CompensationReader compensation;
  private @Nullable DeliveryWindow window;
  private @Nullable ResultCache cache;

  /** What the step is to do, of which there may be only one thing. */
  private Map<Field.OfStep, SourceValue> doing = Map.of();

  /**
   * A reader of one step.
   *
   * @param index how many steps came before it, in both parts
   */
  StepReader(SourceValues values, EdgeReader edges, int index) {
    this.values = values;
    this.edges = edges;
    this.index = index;
  }

  /** Reads the fields of a step whose mapping has just begun. */
  void read(SourceValue step) throws SourceRefusedException {
    values.mapping(step, Field.OfStep.class, REQUIRED, this::readField);
    refuseSeveralActions();
  }

  /** The step; what could not be read has its default. */
  StepDefinition toStep(String defaultQueue) {
    String known = id == null ? DefinitionReader.UNREADABLE + index : id;
    String ownQueue = Objects.requireNonNullElse(queue, defaultQueue);
    return new StepDefinition(
        known,
        action != null
            ? action
            : new StepAction.Work(
                Objects.requireNonNullElse(type, known), ownQueue, input, affinity),
        dependsOn,
        join,
        when,
        new Timeouts(startToClose, scheduleToStart, scheduleToClose, heartbeat),
        retry,
        onFailure,
        repeat,
        forEach,
        compensation == null ? null : compensation.toCompensation(ownQueue),
        window,
        cache);
  }

  private void readField(Field.OfStep field, SourceValue value) throws SourceRefusedException {
    switch (field) {
      case ID -> id = values.text(value);
      case TYPE -> {
        note(field, value);
        type = values.text(value);
      }
      case QUEUE -> {
        note(field, value);
        queue = values.text(value);
      }
      case INPUT -> {
        note(field, value);
        input = new TemplateReader(values).read(value);
      }
      case AFFINITY -> {
        note(field, value);
        affinity = values.text(value);
      }
      case SET -> does(field, value, new ActionReader(values).set(value));
      case DELAY -> does(field, value, new ActionReader(values).delay(value));
      case UNTIL -> does(field, value, new ActionReader(values).until(value));
      case SIGNAL -> does(field, value, new ActionReader(values).signal(value));
      case WORKFLOW -> does(field, value, new ActionReader(values).child(value));
      case SWITCH -> does(field, value, new ActionReader(values).choose(value));
      case DEPENDS_ON -> dependsOn = edges.dependencies(value);
      case JOIN -> join = edges.join(value);
      case WHEN -> when = values.text(value);
      case TIMEOUT -> startToClose = values.timeout(value);
      case SCHEDULE_TO_START -> scheduleToStart = values.timeout(value);
      case SCHEDULE_TO_CLOSE -> scheduleToClose = values.timeout(value);
      case HEARTBEAT -> heartbeat = values.timeout(value);
      case RETRY -> retry = RetryReader.read(values, value);
      case ON_FAILURE -> onFailure = edges.onFailure(value);
      case REPEAT -> repeat = new SettingReader(values).repeat(value);
      case FOR_EACH -> forEach = new SettingReader(values).forEach(value);
      case COMPENSATE -> compensation = CompensationReader.read(values, value);
      case WINDOW -> window = new SettingReader(values).window(value);
      case CACHE -> cache = new SettingReader(values).cache(value);
    }
  }

  private void note(Field.OfStep field, SourceValue value) {
    if (doing.isEmpty()) {
      doing = new EnumMap<>(Field.OfStep.class);
    }
    doing.put(field, value);
  }

  /** Takes an action; of several the first in the source holds. */
  private void does(Field.OfStep field, SourceValue value, StepAction what) {
    note(field, value);
    action = action == null ? what : action;
  }

  private static boolean isWorkers(Field.OfStep field) {
    return field == Field.OfStep.TYPE
        || field == Field.OfStep.QUEUE
        || field == Field.OfStep.INPUT
        || field == Field.OfStep.AFFINITY;
  }

  private void refuseSeveralActions() throws SourceRefusedException {
    Field.OfStep first = null;
    for (Field.OfStep field : doing.keySet()) {
      if (first == null && !isWorkers(field)) {
        first = field;
      }
    }
    if (first == null) {
      return;
    }
    for (Map.Entry<Field.OfStep, SourceValue> other : doing.entrySet()) {
      if (other.getKey() != first) {
        values.problem(
            SourceRule.SEVERAL_ACTIONS,
            other.getValue(),
            isWorkers(other.getKey())
                ? "'%s' is for a step that a worker runs, and this one has '%s'; remove one of them"
                    .formatted(other.getKey().text(), first.text())
                : "a step does one thing, and this one has '%s' and '%s'; make two steps of it"
                    .formatted(first.text(), other.getKey().text()));
      }
    }
  }
}
