package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.definition.DefinitionRule;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the structure of a definition. Where a value cannot be read, a problem is noted and a
 * stand-in takes its place, so that the rules can still be checked for the rest. One use, one
 * thread.
 */
final class DefinitionReader {
  /** Queue of the steps of a definition that names none. */
  static final String DEFAULT_QUEUE = "default";

  /** Stands for what could not be read; no name, so that nothing else can be meant by it. */
  private static final String UNREADABLE = "?";

  private static final int DEFINITION = -1;

  private final SourceValues values;
  private final Problems problems;
  private final SourceMap places;

  private String name = UNREADABLE;
  private int version = 1;
  private Duration timeout = Duration.ZERO;
  private String queue = DEFAULT_QUEUE;
  private RetryPolicy retry = RetryPolicy.NONE;
  private final List<StepDraft> steps = new ArrayList<>();
  private int dependencies;

  /** A step whose queue may still be named further down. */
  private static final class StepDraft {
    final int index;
    final String path;
    @Nullable String id;
    @Nullable String type;
    @Nullable String queue;
    List<String> dependsOn = List.of();
    Duration timeout = Duration.ZERO;
    @Nullable RetryPolicy retry;

    StepDraft(int index) {
      this.index = index;
      this.path = "steps[" + index + "].";
    }

    StepDefinition toStep(String defaultQueue) {
      String known = id == null ? UNREADABLE + index : id;
      return StepDefinition.work(
          known,
          Objects.requireNonNullElse(type, known),
          Objects.requireNonNullElse(queue, defaultQueue),
          dependsOn,
          timeout,
          retry);
    }
  }

  DefinitionReader(SourceValues values, Problems problems, SourceMap places) {
    this.values = values;
    this.problems = problems;
    this.places = places;
  }

  /** What could be read; the problems tell whether that is all. */
  WorkflowDefinition read() throws SourceRefusedException {
    SourceEvent root = values.next();
    if (root.kind() == SourceEvent.Kind.END_OF_SOURCE) {
      throw new SourceRefusedException(
          SourceRule.EMPTY_SOURCE,
          Position.START,
          "the source is empty; a definition has at least a name, a version and steps");
    }
    if (root.kind() != SourceEvent.Kind.MAPPING) {
      throw new SourceRefusedException(
          SourceRule.WRONG_TYPE,
          root.position(),
          "expected a mapping with name, version and steps but found " + root.kind().words());
    }
    Set<Field> seen = values.mapping("", Field.OF_DEFINITION, this::readField);
    requireAll(seen, List.of(Field.NAME, Field.VERSION, Field.STEPS), "", root);
    // Whatever follows the definition is refused when it is read.
    values.next();
    return WorkflowDefinition.of(
        name, version, timeout, retry, steps.stream().map(step -> step.toStep(queue)).toList());
  }

  private void requireAll(Set<Field> seen, List<Field> required, String path, SourceEvent mapping)
      throws SourceRefusedException {
    for (Field field : required) {
      if (!seen.contains(field)) {
        problems.add(
            SourceRule.MISSING_FIELD,
            mapping.position(),
            path + field.text(),
            "the field '%s' is missing; add it".formatted(field.text()));
      }
    }
  }

  private void readField(Field field, SourceEvent value) throws SourceRefusedException {
    places.put(DEFINITION, field, value);
    ValuePath path = new ValuePath("", field);
    switch (field) {
      case NAME -> name = Objects.requireNonNullElse(values.text(path, value), UNREADABLE);
      case VERSION -> version = Objects.requireNonNullElse(values.integer(path, value), 1);
      case TIMEOUT -> timeout = readTimeout(path, value);
      case QUEUE -> readDefaultQueue(path, value);
      case RETRY ->
          retry = Objects.requireNonNullElse(readRetry(DEFINITION, path, value), RetryPolicy.NONE);
      case STEPS -> readSteps(path, value);
      case ID,
          TYPE,
          DEPENDS_ON,
          MAX_ATTEMPTS,
          INITIAL_INTERVAL,
          COEFFICIENT,
          MAX_INTERVAL,
          JITTER,
          NON_RETRYABLE ->
          throw new IllegalStateException("not a field of a definition: " + field);
    }
  }

  private void readDefaultQueue(ValuePath path, SourceEvent value) throws SourceRefusedException {
    String text = values.text(path, value);
    if (text == null) {
      return;
    }
    if (DefinitionLimits.isQueue(text)) {
      queue = text;
      return;
    }
    // Reported here, once, and not for each step that would take it over.
    problems.add(
        Problems.error(
            DefinitionRule.BAD_QUEUE.code(),
            value.position(),
            "queue",
            "%s is not a queue name; use 1 to %d lower-case letters, digits and hyphens"
                .formatted(Excerpt.of(text), DefinitionLimits.QUEUE_CHARS)));
  }

  /**
   * A timeout of zero would mean none in the model, which is not what its author can have meant.
   */
  private Duration readTimeout(ValuePath path, SourceEvent value) throws SourceRefusedException {
    Duration duration = values.duration(path, value);
    if (duration != null && duration.isZero()) {
      problems.add(
          Problems.error(
              DefinitionRule.TIMEOUT_RANGE.code(),
              value.position(),
              path.toString(),
              "a timeout must be 1ms or more; leave it out to have none"));
    }
    return Objects.requireNonNullElse(duration, Duration.ZERO);
  }

  private void readSteps(ValuePath path, SourceEvent value) throws SourceRefusedException {
    if (!values.isA(SourceEvent.Kind.SEQUENCE, path, value, "list the steps, each with an id")) {
      return;
    }
    while (true) {
      SourceEvent item = values.next();
      if (item.kind() == SourceEvent.Kind.END) {
        return;
      }
      if (steps.size() == DefinitionLimits.STEPS) {
        throw new SourceRefusedException(
            DefinitionRule.TOO_MANY_STEPS.code(),
            item.position(),
            "steps",
            "more than %,d steps; split the definition into several workflows"
                .formatted(DefinitionLimits.STEPS));
      }
      StepDraft step = new StepDraft(steps.size());
      steps.add(step);
      places.putStep(step.index, item);
      if (values.isA(
          SourceEvent.Kind.MAPPING,
          path.item(step.index),
          item,
          "a step is a mapping with at least an id")) {
        Set<Field> seen =
            values.mapping(
                step.path, Field.OF_STEP, (field, content) -> readStepField(step, field, content));
        requireAll(seen, List.of(Field.ID), step.path, item);
      }
    }
  }

  private void readStepField(StepDraft step, Field field, SourceEvent value)
      throws SourceRefusedException {
    places.put(step.index, field, value);
    ValuePath path = new ValuePath(step.path, field);
    switch (field) {
      case ID -> step.id = values.text(path, value);
      case TYPE -> step.type = values.text(path, value);
      case QUEUE -> step.queue = values.text(path, value);
      case DEPENDS_ON -> step.dependsOn = readDependencies(step, path, value);
      case TIMEOUT -> step.timeout = readTimeout(path, value);
      case RETRY -> step.retry = readRetry(step.index, path, value);
      case NAME,
          VERSION,
          STEPS,
          MAX_ATTEMPTS,
          INITIAL_INTERVAL,
          COEFFICIENT,
          MAX_INTERVAL,
          JITTER,
          NON_RETRYABLE ->
          throw new IllegalStateException("not a field of a step: " + field);
    }
  }

  private List<String> readDependencies(StepDraft step, ValuePath path, SourceEvent value)
      throws SourceRefusedException {
    if (!values.isA(
        SourceEvent.Kind.SEQUENCE, path, value, "list the step ids in brackets, like [a, b]")) {
      return List.of();
    }
    List<String> ids = new ArrayList<>();
    while (true) {
      SourceEvent item = values.next();
      if (item.kind() == SourceEvent.Kind.END) {
        return ids;
      }
      if (++dependencies > DefinitionLimits.DEPENDENCIES) {
        throw new SourceRefusedException(
            DefinitionRule.TOO_MANY_DEPENDENCIES.code(),
            item.position(),
            "steps",
            "more than %,d dependencies; let a joining step stand between groups of steps that depend on each other"
                .formatted(DefinitionLimits.DEPENDENCIES));
      }
      places.putItem(step.index, Field.DEPENDS_ON, ids.size(), item);
      String id = values.text(path.item(ids.size()), item);
      // A stand-in keeps the positions of the items behind it.
      ids.add(id == null ? UNREADABLE + ids.size() : id);
    }
  }

  private @Nullable RetryPolicy readRetry(int step, ValuePath path, SourceEvent value)
      throws SourceRefusedException {
    return values.isA(
            SourceEvent.Kind.MAPPING,
            path,
            value,
            "write the policy's fields, like {maxAttempts: 3}")
        ? new RetryReader(values, places, step, path + ".").read()
        : null;
  }
}
