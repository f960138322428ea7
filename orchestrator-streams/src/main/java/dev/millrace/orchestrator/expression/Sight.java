package dev.millrace.orchestrator.expression;

import com.google.common.collect.ImmutableList;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.CelList;
import dev.cel.common.ast.CelExpr.CelMap;
import dev.cel.common.ast.CelExpr.CelSelect;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.millrace.orchestrator.core.expression.Reads;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an expression looks at: of each payload the fields that it names, or all of it where the
 * tree does not show them.
 *
 * @param payloads fields of <code>input</code>, <code>output</code> and <code>item</code>
 * @param steps fields of the outputs of steps, by the id of the step
 * @param index whether it looks at the place of an item
 */
record Sight(Map<String, FieldNames> payloads, Map<String, FieldNames> steps, boolean index) {
  private static final Set<String> PAYLOADS =
      Set.of(Variables.INPUT, Variables.OUTPUT, Variables.ITEM);

  Sight {
    payloads = Map.copyOf(payloads);
    steps = Map.copyOf(steps);
  }

  /** Fields of a payload that is looked at. */
  FieldNames payload(String variable) {
    return payloads.getOrDefault(variable, FieldNames.ALL);
  }

  /** Fields of a step's output that is looked at. */
  FieldNames step(String id) {
    return steps.getOrDefault(id, FieldNames.ALL);
  }

  Reads reads() {
    return new Reads(
        payloads.containsKey(Variables.INPUT),
        steps.keySet(),
        index || payloads.containsKey(Variables.ITEM));
  }

  /**
   * What a parsed expression looks at.
   *
   * @throws FaultyExpressionException when it looks where nobody can say at what
   */
  static Sight of(CelExpr root) throws FaultyExpressionException {
    Collector collector = new Collector();
    collector.visit(root);
    return new Sight(collector.payloads, collector.steps, collector.isIndexRead);
  }

  /** Names after a variable: <code>steps.a.output.x</code> is steps and [a, output, x]. */
  private record Path(String variable, ImmutableList<String> names) {
    Path then(String name) {
      return new Path(variable, ImmutableList.<String>builder().addAll(names).add(name).build());
    }
  }

  private static final class Collector {
    private final Map<String, FieldNames> payloads = new HashMap<>();
    private final Map<String, FieldNames> steps = new LinkedHashMap<>();
    private boolean isIndexRead;

    void visit(CelExpr expr) throws FaultyExpressionException {
      Path path = path(expr);
      if (path != null) {
        record(path, expr);
        return;
      }
      switch (expr.getKind()) {
        case NOT_SET, CONSTANT -> {}
        case IDENT -> isIndexRead |= expr.ident().name().equals(Variables.INDEX);
        case SELECT -> visit(expr.select().operand());
        case CALL -> visit(expr.call());
        case LIST -> visit(expr.list());
        case MAP -> visit(expr.map());
        case COMPREHENSION -> visit(expr.comprehension(), expr);
        case STRUCT ->
            throw new FaultyExpressionException(
                expr.id(), "there are no message types; write a map: {'name': value}");
      }
    }

    private void visit(CelCall call) throws FaultyExpressionException {
      if (call.target().isPresent()) {
        visit(call.target().get());
      }
      for (CelExpr argument : call.args()) {
        visit(argument);
      }
    }

    private void visit(CelList list) throws FaultyExpressionException {
      for (CelExpr element : list.elements()) {
        visit(element);
      }
    }

    private void visit(CelMap map) throws FaultyExpressionException {
      for (CelMap.Entry entry : map.entries()) {
        visit(entry.key());
        visit(entry.value());
      }
    }

    private void visit(CelComprehension loop, CelExpr expr) throws FaultyExpressionException {
      for (String name : List.of(loop.iterVar(), loop.iterVar2())) {
        if (Variables.NAMES.contains(name)) {
          throw new FaultyExpressionException(
              expr.id(), "'%s' is taken; give the variable another name".formatted(name));
        }
      }
      visit(loop.iterRange());
      visit(loop.accuInit());
      visit(loop.loopCondition());
      visit(loop.loopStep());
      visit(loop.result());
    }

    private void record(Path path, CelExpr expr) throws FaultyExpressionException {
      if (PAYLOADS.contains(path.variable)) {
        payloads.merge(path.variable, fieldsAt(path.names, 0), FieldNames::and);
        return;
      }
      if (path.names.size() < 2 || !path.names.get(1).equals(Variables.OUTPUT)) {
        throw new FaultyExpressionException(
            expr.id(),
            "of a step there is only its output: write steps.ID.output, or"
                + " steps['ID'].output with the id as plain text");
      }
      steps.merge(path.names.get(0), fieldsAt(path.names, 2), FieldNames::and);
    }

    private static FieldNames fieldsAt(ImmutableList<String> names, int place) {
      return names.size() > place
          ? new FieldNames(false, Set.of(names.get(place)))
          : FieldNames.ALL;
    }

    /** The path that an expression is; null when it is none. */
    private static @Nullable Path path(CelExpr expr) {
      return switch (expr.getKind()) {
        case IDENT ->
            PAYLOADS.contains(expr.ident().name()) || expr.ident().name().equals(Variables.STEPS)
                ? new Path(expr.ident().name(), ImmutableList.of())
                : null;
        case SELECT -> path(expr.select());
        case CALL -> path(expr.call());
        case NOT_SET, CONSTANT, LIST, STRUCT, MAP, COMPREHENSION -> null;
      };
    }

    private static @Nullable Path path(CelSelect select) {
      Path operand = path(select.operand());
      return operand == null ? null : operand.then(select.field());
    }

    private static @Nullable Path path(CelCall call) {
      if (!Operators.TAKE_A_FIELD.contains(call.function())) {
        return null;
      }
      CelExpr key = call.args().get(1);
      if (key.getKind() != Kind.CONSTANT
          || key.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
        return null;
      }
      Path operand = path(call.args().get(0));
      return operand == null ? null : operand.then(key.constant().stringValue());
    }
  }
}
