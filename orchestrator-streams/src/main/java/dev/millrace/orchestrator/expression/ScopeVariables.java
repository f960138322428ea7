package dev.millrace.orchestrator.expression;

import dev.cel.common.exceptions.CelAttributeNotFoundException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelValue;
import dev.cel.common.values.SelectableValue;
import dev.cel.runtime.CelVariableResolver;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Scope;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The variables of one evaluation. A payload is read when it is first looked at. Of one thread. */
final class ScopeVariables implements CelVariableResolver {
  private final Scope scope;
  private final Sight sight;

  ScopeVariables(Scope scope, Sight sight) {
    this.scope = scope;
    this.sight = sight;
  }

  @Override
  public Optional<Object> find(String name) {
    return switch (name) {
      case Variables.INPUT -> payload(name, scope.input(), "the workflow has no input");
      case Variables.OUTPUT -> payload(name, scope.output(), "no step has succeeded just now");
      case Variables.ITEM -> payload(name, scope.item(), "this is not within a forEach");
      case Variables.INDEX -> {
        if (scope.item() == null) {
          throw new NoValueException("there is no 'index': this is not within a forEach");
        }
        yield Optional.of((long) scope.index());
      }
      case Variables.STEPS -> Optional.of(new Steps());
      case Variables.WORKFLOW_ID -> Optional.of(scope.workflowId());
      case Variables.WORKFLOW_TENANT -> Optional.of(scope.tenant());
      case Variables.WORKFLOW_PRIORITY -> Optional.of((long) scope.priority());
      default -> Optional.empty();
    };
  }

  private Optional<Object> payload(String name, @Nullable Payload payload, String reason) {
    if (payload == null) {
      throw new NoValueException("there is no '%s': %s".formatted(name, reason));
    }
    return Optional.of(read(name, payload, sight.payload(name)));
  }

  private Object read(String name, Payload payload, FieldNames fields) {
    try {
      Object read = scope.parsed().of(payload, whole -> ReadPayload.of(whole, fields));
      if (read instanceof ReadPayload readPayload) {
        return readPayload.value(fields);
      }
      throw new IllegalStateException("a scope holds " + read.getClass() + " for a payload");
    } catch (EvaluationException e) {
      throw new NoValueException(name + ": " + e.getMessage());
    }
  }

  /** What <code>steps</code> is; the compiler sees to it that only outputs are taken of it. */
  @SuppressWarnings("Immutable") // of one evaluation
  private final class Steps extends Selectable {
    @Override
    public Object select(String id) {
      return new Step(id);
    }

    @Override
    public Optional<Object> find(String id) {
      return scope.stepOutput(id) == null ? Optional.empty() : Optional.of(new Step(id));
    }
  }

  /** What <code>steps.ID</code> is. */
  @SuppressWarnings("Immutable") // of one evaluation
  private final class Step extends Selectable {
    private final String id;

    Step(String id) {
      this.id = id;
    }

    @Override
    public Object select(String field) {
      return find(field)
          .orElseThrow(
              () ->
                  CelAttributeNotFoundException.of(
                      "step %s has no output: it has not succeeded, or gave none; ask has(...) first"
                          .formatted(Excerpt.of(id))));
    }

    @Override
    public Optional<Object> find(String field) {
      Payload output = scope.stepOutput(id);
      return output == null
          ? Optional.empty()
          : Optional.of(read("output of step '%s'".formatted(id), output, sight.step(id)));
    }
  }

  /** A value of which fields can be taken, and nothing else. */
  @SuppressWarnings("Immutable") // of one evaluation
  private abstract static class Selectable extends CelValue implements SelectableValue<String> {
    private static final CelType TYPE = MapType.create(SimpleType.STRING, SimpleType.DYN);

    @Override
    public Object value() {
      return this;
    }

    @Override
    public boolean isZeroValue() {
      return false;
    }

    @Override
    public CelType celType() {
      return TYPE;
    }
  }
}
