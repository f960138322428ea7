package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.DefinitionLimits;
import dev.millrace.orchestrator.core.definition.DefinitionRule;
import dev.millrace.orchestrator.core.definition.Dependency;
import dev.millrace.orchestrator.core.definition.FailureRule;
import dev.millrace.orchestrator.core.definition.FailureRule.Reaction;
import dev.millrace.orchestrator.core.definition.JoinRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads what leads from step to step: dependencies, how they join, where failures go. Counts the
 * edges of a whole definition. One thread.
 */
final class EdgeReader {
  private static final Map<String, JoinRule> JOINS = new LinkedHashMap<>();
  private static final Map<String, Reaction> REACTIONS = new LinkedHashMap<>();

  static {
    JOINS.put("all", JoinRule.ALL);
    JOINS.put("any", JoinRule.ANY);
    JOINS.put("allDone", JoinRule.ALL_DONE);
    JOINS.put("noneFailed", JoinRule.NONE_FAILED);
    REACTIONS.put("retry", new Reaction.Retry());
    REACTIONS.put("fail", new Reaction.Fail());
    REACTIONS.put("continue", new Reaction.GoOn());
  }

  private final SourceValues values;
  private int edges;

  EdgeReader(SourceValues values) {
    this.values = values;
  }

  /** How a join rule without a number is written. */
  static Map<String, JoinRule> joins() {
    return JOINS;
  }

  /** How a reaction that names no step is written. */
  static Map<String, Reaction> reactions() {
    return REACTIONS;
  }

  List<Dependency> dependencies(SourceValue list) throws SourceRefusedException {
    List<Dependency> dependencies = new ArrayList<>(2);
    if (values.isA(SourceEvent.Kind.SEQUENCE, list, "list the step ids in brackets, like [a, b]")) {
      values.list(
          list,
          item -> {
            count(item);
            dependencies.add(
                item.kind() == SourceEvent.Kind.MAPPING
                    ? new DependencyDraft().read(item)
                    : Dependency.on(orStandIn(values.text(item), item)));
          });
    }
    return dependencies;
  }

  /** A stand-in keeps the positions of the items behind it. */
  private static String orStandIn(@Nullable String id, SourceValue item) {
    return id == null ? DefinitionReader.UNREADABLE + item.item() : id;
  }

  private void count(SourceValue edge) throws SourceRefusedException {
    if (++edges > DefinitionLimits.DEPENDENCIES) {
      throw new SourceRefusedException(
          DefinitionRule.TOO_MANY_DEPENDENCIES.code(),
          edge.position(),
          "steps",
          "more than %,d dependencies; let a joining step stand between groups of steps that depend on each other"
              .formatted(DefinitionLimits.DEPENDENCIES));
    }
  }

  private final class DependencyDraft {
    private @Nullable String step;
    private @Nullable String when;
    private @Nullable String chosen;

    Dependency read(SourceValue item) throws SourceRefusedException {
      values.mapping(
          item, Field.OfDependency.class, List.of(Field.OfDependency.STEP), this::readField);
      return new Dependency(orStandIn(step, item), when, chosen);
    }

    private void readField(Field.OfDependency field, SourceValue value)
        throws SourceRefusedException {
      switch (field) {
        case STEP -> step = values.text(value);
        case WHEN -> when = values.text(value);
        case CASE -> chosen = values.text(value);
      }
    }
  }

  @Nullable JoinRule join(SourceValue value) throws SourceRefusedException {
    if (value.kind() != SourceEvent.Kind.MAPPING) {
      return values.choice(
          value,
          JOINS,
          "write one of %s, {atLeast: 2}".formatted(String.join(", ", JOINS.keySet())));
    }
    List<Integer> atLeast = new ArrayList<>(1);
    values.mapping(
        value,
        Field.OfJoin.class,
        List.of(Field.OfJoin.AT_LEAST),
        (field, number) -> {
          Integer read = values.integer(number);
          if (read != null) {
            atLeast.add(read);
          }
        });
    return atLeast.isEmpty() ? null : JoinRule.atLeast(atLeast.getFirst());
  }

  List<FailureRule> onFailure(SourceValue value) throws SourceRefusedException {
    List<FailureRule> rules = new ArrayList<>();
    if (value.kind() == SourceEvent.Kind.SEQUENCE) {
      values.list(
          value,
          DefinitionLimits.FAILURE_RULES,
          DefinitionRule.FAILURE_RULE,
          item -> rules.add(new FailureRuleDraft().read(item)));
    } else {
      Reaction reaction = reaction(value);
      if (reaction != null) {
        rules.add(new FailureRule(List.of(), reaction));
      }
    }
    return rules;
  }

  private @Nullable Reaction reaction(SourceValue value) throws SourceRefusedException {
    if (value.kind() != SourceEvent.Kind.MAPPING) {
      return values.choice(
          value,
          REACTIONS,
          "write one of %s, {route: step}".formatted(String.join(", ", REACTIONS.keySet())));
    }
    count(value);
    List<String> target = new ArrayList<>(1);
    values.mapping(
        value,
        Field.OfReaction.class,
        List.of(Field.OfReaction.ROUTE),
        (field, step) ->
            target.add(Objects.requireNonNullElse(values.text(step), DefinitionReader.UNREADABLE)));
    return target.isEmpty() ? null : new Reaction.Route(target.getFirst());
  }

  private final class FailureRuleDraft {
    private List<String> types = List.of();
    private @Nullable Reaction then;

    FailureRule read(SourceValue item) throws SourceRefusedException {
      if (values.isA(
          SourceEvent.Kind.MAPPING, item, "a rule is like {types: [Timeout], then: continue}")) {
        values.mapping(
            item, Field.OfFailureRule.class, List.of(Field.OfFailureRule.THEN), this::readField);
      }
      return new FailureRule(types, Objects.requireNonNullElseGet(then, Reaction.Fail::new));
    }

    private void readField(Field.OfFailureRule field, SourceValue value)
        throws SourceRefusedException {
      switch (field) {
        case TYPES -> types = FailureTypesReader.read(values, value, DefinitionRule.FAILURE_RULE);
        case THEN -> then = reaction(value);
      }
    }
  }
}
