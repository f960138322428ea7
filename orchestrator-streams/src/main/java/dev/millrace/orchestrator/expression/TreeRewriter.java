package dev.millrace.orchestrator.expression;

import static java.util.Comparator.comparingLong;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelMutableAst;
import dev.cel.common.Operator;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.ast.CelMutableExpr;
import dev.cel.common.ast.CelMutableExpr.CelMutableCall;
import dev.cel.common.ast.CelMutableExpr.CelMutableSelect;
import dev.cel.common.navigation.CelNavigableMutableAst;
import dev.cel.common.navigation.CelNavigableMutableExpr;
import java.util.ArrayList;
import java.util.List;

/**
 * Rewrites a parsed expression into one that gives the same and costs less. Stateless.
 *
 * <p>Operands of an outermost <code>&amp;&amp;</code> or <code>||</code> go cheapest first, so that
 * a comparison that decides spares the search behind it. The language allows that: both operators
 * are commutative, also for errors (CEL language definition, "Logical Operators": when one operand
 * determines the result, an error of the other is ignored, whichever comes first). What may change
 * is which of several errors is told.
 *
 * <p><code>x['name']</code> becomes <code>x.name</code>, which is resolved without a function call.
 */
final class TreeRewriter {
  /** Costs of a node beside those of its operands, in comparisons of two numbers. */
  private static final long STEP_COST = 1;

  private static final long FUNCTION_COST = 10;
  private static final long MATCH_COST = 100;
  private static final long LOOP_FACTOR = 100;

  private TreeRewriter() {}

  static CelAbstractSyntaxTree rewrite(CelAbstractSyntaxTree parsed) {
    CelMutableAst tree = CelMutableAst.fromCelAst(parsed);
    CelNavigableMutableAst.fromAst(tree)
        .getRoot()
        .allNodes()
        .map(CelNavigableMutableExpr::expr)
        .toList()
        .forEach(TreeRewriter::selectByName);
    order(tree.expr());
    return tree.toParsedAst(true);
  }

  private static void selectByName(CelMutableExpr expr) {
    if (expr.getKind() != Kind.CALL
        || expr.call().args().size() != 2
        || expr.call().args().get(1).getKind() != Kind.CONSTANT
        || expr.call().args().get(1).constant().getKind() != CelConstant.Kind.STRING_VALUE) {
      return;
    }
    CelMutableCall call = expr.call();
    if (call.function().equals(Operators.INDEX)) {
      expr.setSelect(
          CelMutableSelect.create(call.args().get(0), call.args().get(1).constant().stringValue()));
    } else if (call.function().equals(Operator.OPTIONAL_INDEX.getFunction())) {
      call.setFunction(Operator.OPTIONAL_SELECT.getFunction());
    }
  }

  private static void order(CelMutableExpr root) {
    if (root.getKind() != Kind.CALL) {
      return;
    }
    String operator = root.call().function();
    if (!operator.equals(Operators.AND) && !operator.equals(Operators.OR)) {
      return;
    }
    List<CelMutableExpr> operands = new ArrayList<>();
    collect(root, operator, operands);
    operands.forEach(TreeRewriter::order);
    operands.sort(comparingLong(TreeRewriter::cost));
    fill(root, operator, operands, 0);
  }

  private static void collect(CelMutableExpr expr, String operator, List<CelMutableExpr> into) {
    if (is(expr, operator)) {
      expr.call().args().forEach(operand -> collect(operand, operator, into));
    } else {
      into.add(expr);
    }
  }

  /** Puts the operands back into the tree, from the left, and gives the number of those put. */
  private static int fill(
      CelMutableExpr expr, String operator, List<CelMutableExpr> operands, int from) {
    int next = from;
    CelMutableCall call = expr.call();
    for (int i = 0; i < call.args().size(); i++) {
      if (is(call.args().get(i), operator)) {
        next = fill(call.args().get(i), operator, operands, next);
      } else {
        call.setArg(i, operands.get(next++));
      }
    }
    return next;
  }

  private static boolean is(CelMutableExpr expr, String operator) {
    return expr.getKind() == Kind.CALL && expr.call().function().equals(operator);
  }

  private static long cost(CelMutableExpr expr) {
    return CelNavigableMutableExpr.fromExpr(expr)
            .children()
            .mapToLong(child -> cost(child.expr()))
            .reduce(own(expr), Math::addExact)
        * (expr.getKind() == Kind.COMPREHENSION ? LOOP_FACTOR : 1);
  }

  private static long own(CelMutableExpr expr) {
    if (expr.getKind() != Kind.CALL) {
      return STEP_COST;
    }
    String function = expr.call().function();
    if (function.equals(Operators.MATCHES)) {
      return MATCH_COST;
    }
    return Operator.findReverse(function).isPresent() ? STEP_COST : FUNCTION_COST;
  }
}
