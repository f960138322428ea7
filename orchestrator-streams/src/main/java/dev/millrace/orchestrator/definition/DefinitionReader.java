package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.definition.DefinitionRule;
import dev.millrace.orchestrator.core.definition.EventVerbosity;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
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
  static final String UNREADABLE = "?";

  private static final Map<String, EventVerbosity> EVENTS = new LinkedHashMap<>();

  static {
    for (EventVerbosity verbosity : EventVerbosity.values()) {
      EVENTS.put(text(verbosity), verbosity);
    }
  }

  private final SourceValues values;
  private final EdgeReader edges;

  private String name = UNREADABLE;
  private int version = 1;
  private Duration timeout = Duration.ZERO;
  private String queue = DEFAULT_QUEUE;
  private RetryPolicy retry = RetryPolicy.NONE;
  private int maxParallel;
  private @Nullable String output;
  private EventVerbosity events = EventVerbosity.ALL;
  private final List<StepReader> steps = new ArrayList<>();
  private final List<StepReader> finallySteps = new ArrayList<>();

  DefinitionReader(SourceValues values) {
    this.values = values;
    this.edges = new EdgeReader(values);
  }

  /** A verbosity as it is written. */
  static String text(EventVerbosity verbosity) {
    return verbosity.name().toLowerCase(Locale.ROOT);
  }

  /** What could be read; the problems tell whether that is all. */
  WorkflowDefinition read() throws SourceRefusedException {
    SourceValue root = values.root();
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
    values.mapping(
        root,
        Field.OfDefinition.class,
        List.of(Field.OfDefinition.NAME, Field.OfDefinition.VERSION, Field.OfDefinition.STEPS),
        this::readField);
    // Whatever follows the definition is refused when it is read.
    values.next();
    return new WorkflowDefinition(
        name,
        version,
        timeout,
        retry,
        maxParallel,
        output,
        events,
        steps.stream().map(step -> step.toStep(queue)).toList(),
        finallySteps.stream().map(step -> step.toStep(queue)).toList());
  }

  private void readField(Field.OfDefinition field, SourceValue value)
      throws SourceRefusedException {
    switch (field) {
      case NAME -> name = Objects.requireNonNullElse(values.text(value), UNREADABLE);
      case VERSION -> version = Objects.requireNonNullElse(values.integer(value), 1);
      case TIMEOUT -> timeout = values.timeout(value);
      case QUEUE -> readDefaultQueue(value);
      case RETRY ->
          retry = Objects.requireNonNullElse(RetryReader.read(values, value), RetryPolicy.NONE);
      case MAX_PARALLEL -> maxParallel = values.limit(value, DefinitionRule.MAX_PARALLEL);
      case OUTPUT -> output = new TemplateReader(values).read(value);
      case EVENTS ->
          events =
              Objects.requireNonNullElse(
                  values.choice(value, EVENTS, "write one of all, steps, workflow"),
                  EventVerbosity.ALL);
      case STEPS -> readSteps(value, steps);
      case FINALLY -> readSteps(value, finallySteps);
    }
  }

  private void readDefaultQueue(SourceValue value) throws SourceRefusedException {
    String text = values.text(value);
    if (text == null) {
      return;
    }
    if (DefinitionLimits.isQueue(text)) {
      queue = text;
      return;
    }
    // Reported here, once, and not for each step that would take it over.
    values.violation(
        DefinitionRule.BAD_QUEUE,
        value,
        "%s is not a queue name; use 1 to %d lower-case letters, digits and hyphens"
            .formatted(Excerpt.of(text), DefinitionLimits.QUEUE_CHARS));
  }

  private void readSteps(SourceValue list, List<StepReader> read) throws SourceRefusedException {
    if (!values.isA(SourceEvent.Kind.SEQUENCE, list, "list the steps, each with an id")) {
      return;
    }
    values.list(
        list,
        item -> {
          if (steps.size() + finallySteps.size() == DefinitionLimits.STEPS) {
            throw new SourceRefusedException(
                DefinitionRule.TOO_MANY_STEPS.code(),
                item.position(),
                "steps",
                "more than %,d steps; split the definition into several workflows"
                    .formatted(DefinitionLimits.STEPS));
          }
          StepReader step = new StepReader(values, edges, steps.size() + finallySteps.size());
          read.add(step);
          if (values.isA(
              SourceEvent.Kind.MAPPING, item, "a step is a mapping with at least an id")) {
            step.read(item);
          }
        });
  }
}
