package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.definition.DefinitionRule;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.definition.StepAction;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads what a step does when no worker runs it. One use, one thread. */
final class ActionReader {
  /** Begins an expression within a text. */
  private static final String EXPRESSION = "${";

  /** Another workflow ends with the one that has started it. */
  static final String CANCEL = "cancel";

  /** Another workflow outlives the one that has started it. */
  static final String ABANDON = "abandon";

  private static final Map<String, Boolean> ON_CANCEL = new TreeMap<>();

  static {
    ON_CANCEL.put(CANCEL, true);
    ON_CANCEL.put(ABANDON, false);
  }

  private final SourceValues values;

  private @Nullable String name;
  private @Nullable String schema;
  private @Nullable String form;
  private int version;
  private @Nullable String workflowId;
  private @Nullable String input;
  private boolean detached;
  private @Nullable Boolean cancelled;
  private @Nullable String when;

  ActionReader(SourceValues values) {
    this.values = values;
  }

  StepAction set(SourceValue value) throws SourceRefusedException {
    return new StepAction.SetValue(new TemplateReader(values).read(value));
  }

  StepAction delay(SourceValue value) throws SourceRefusedException {
    return new StepAction.Delay(readDelay(value));
  }

  StepAction until(SourceValue value) throws SourceRefusedException {
    return new StepAction.Until(readTime(value));
  }

  private String readDelay(SourceValue value) throws SourceRefusedException {
    if (value.kind() != SourceEvent.Kind.TEXT) {
      values.wrongType(value, "a duration", DurationText.HOW_TO + ", or as an expression in ${}");
      return "1ms";
    }
    if (!value.text().contains(EXPRESSION) && DurationText.parse(value.text()).isEmpty()) {
      values.badDuration(value);
    }
    return value.text();
  }

  private String readTime(SourceValue value) throws SourceRefusedException {
    String howTo = "write it like 2027-01-31T08:00:00Z, or as an expression in ${}";
    if (value.kind() != SourceEvent.Kind.TEXT) {
      values.wrongType(value, "a point in time", howTo);
      return "2027-01-01T00:00:00Z";
    }
    if (!value.text().contains(EXPRESSION) && !isTime(value.text())) {
      values.problem(
          SourceRule.BAD_TIME,
          value,
          "%s is not a point in time; %s".formatted(Excerpt.of(value.text()), howTo));
    }
    return value.text();
  }

  private static boolean isTime(String text) {
    try {
      OffsetDateTime.parse(text);
      return true;
    } catch (DateTimeException notATime) {
      // The caller reports it, with its place.
      return false;
    }
  }

  StepAction signal(SourceValue value) throws SourceRefusedException {
    if (value.kind() != SourceEvent.Kind.MAPPING) {
      name = values.text(value);
    } else {
      values.mapping(
          value, Field.OfSignal.class, List.of(Field.OfSignal.NAME), this::readSignalField);
    }
    return new StepAction.AwaitSignal(nameOrStandIn(), schema, form);
  }

  private void readSignalField(Field.OfSignal field, SourceValue value)
      throws SourceRefusedException {
    switch (field) {
      case NAME -> name = values.text(value);
      case SCHEMA -> schema = new TemplateReader(values).read(value);
      case FORM -> form = new TemplateReader(values).read(value);
    }
  }

  StepAction child(SourceValue value) throws SourceRefusedException {
    if (values.isA(
        SourceEvent.Kind.MAPPING, value, "write the workflow's fields, like {definition: ship}")) {
      values.mapping(
          value, Field.OfChild.class, List.of(Field.OfChild.DEFINITION), this::readChildField);
    }
    return new StepAction.StartChild(
        nameOrStandIn(),
        version,
        workflowId,
        input,
        detached,
        Objects.requireNonNullElse(cancelled, !detached));
  }

  private void readChildField(Field.OfChild field, SourceValue value)
      throws SourceRefusedException {
    switch (field) {
      case DEFINITION -> name = values.text(value);
      case VERSION -> version = values.limit(value, DefinitionRule.BAD_VERSION);
      case ID -> workflowId = values.text(value);
      case INPUT -> input = new TemplateReader(values).read(value);
      case DETACHED -> detached = Objects.requireNonNullElse(values.bool(value), false);
      case ON_CANCEL -> cancelled = values.choice(value, ON_CANCEL, "write one of abandon, cancel");
    }
  }

  private String nameOrStandIn() {
    return Objects.requireNonNullElse(name, DefinitionReader.UNREADABLE);
  }

  StepAction choose(SourceValue list) throws SourceRefusedException {
    List<StepAction.Case> cases = new ArrayList<>();
    if (values.isA(
        SourceEvent.Kind.SEQUENCE, list, "list the cases, like [{case: a, when: ...}]")) {
      values.list(
          list,
          DefinitionLimits.CASES,
          DefinitionRule.SWITCH_CASES,
          item -> cases.add(new ActionReader(values).readCase(item)));
    }
    return new StepAction.Choose(cases);
  }

  private StepAction.Case readCase(SourceValue item) throws SourceRefusedException {
    if (values.isA(SourceEvent.Kind.MAPPING, item, "a case is like {case: a, when: input.n > 1}")) {
      values.mapping(item, Field.OfCase.class, List.of(Field.OfCase.CASE), this::readCaseField);
    }
    return new StepAction.Case(nameOrStandIn(), when);
  }

  private void readCaseField(Field.OfCase field, SourceValue value) throws SourceRefusedException {
    switch (field) {
      case CASE -> name = values.text(value);
      case WHEN -> when = values.text(value);
    }
  }
}
