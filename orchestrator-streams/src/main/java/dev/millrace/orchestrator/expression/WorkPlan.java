package dev.millrace.orchestrator.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How the values of the nodes of an expression count as work, found once when it is compiled.
 *
 * @param charges by the id of a node; other nodes cost a step
 * @param unbounded whether the work is not bounded by the source and the payloads alone, so that it
 *     must be counted: it loops, joins texts or lists, or searches
 */
record WorkPlan(Map<Long, Charge> charges, boolean unbounded) {
  /** How a value counts. */
  enum Charge {
    /** By a tenth of its size: a function walks through it once. */
    READ,
    /** By its characters: a function searches it. */
    SEARCH,
    /** By its characters, many times over: a regular expression is matched against it. */
    MATCH,
    /** By its size: it is new. */
    MAKE
  }

  private static final Set<CelKind> SMALL =
      EnumSet.of(
          CelKind.BOOL,
          CelKind.INT,
          CelKind.UINT,
          CelKind.DOUBLE,
          CelKind.NULL_TYPE,
          CelKind.DURATION,
          CelKind.TIMESTAMP);

  /** CEL's own variables, in which a comprehension gathers its result, begin with this. */
  private static final String OWN_VARIABLE = "@";

  WorkPlan {
    charges = Map.copyOf(charges);
  }

  static WorkPlan of(CelAbstractSyntaxTree checked) {
    Map<Long, Charge> charges = new HashMap<>();
    boolean unbounded = false;
    for (CelNavigableExpr node : CelNavigableAst.fromAst(checked).getRoot().allNodes().toList()) {
      CelExpr expr = node.expr();
      switch (expr.getKind()) {
        case LIST, MAP -> raise(charges, expr, Charge.MAKE);
        case COMPREHENSION -> unbounded = true;
        case CALL -> unbounded |= charge(charges, expr, checked);
        case NOT_SET, CONSTANT, IDENT, SELECT, STRUCT -> {}
      }
    }
    return new WorkPlan(charges, unbounded);
  }

  private static boolean charge(
      Map<Long, Charge> charges, CelExpr expr, CelAbstractSyntaxTree checked) {
    CelCall call = expr.call();
    String function = call.function();
    if (Operators.HAND_ON.contains(function)) {
      return false;
    }
    if (Operators.COMPARE.contains(function)) {
      return chargeComparison(charges, call, checked);
    }
    boolean joins = function.equals(Operators.ADD) && !isSmall(expr, checked);
    if (joins && !isGathering(call)) {
      raise(charges, expr, Charge.MAKE);
    }
    boolean matches = function.equals(Operators.MATCHES);
    boolean searches = function.equals(Operators.CONTAINS);
    Charge ofArguments = matches ? Charge.MATCH : searches ? Charge.SEARCH : Charge.READ;
    if (call.target().isPresent()) {
      argument(charges, call.target().get(), ofArguments, checked);
    }
    for (CelExpr argument : call.args()) {
      argument(charges, argument, ofArguments, checked);
    }
    return joins || matches || searches;
  }

  /** One side that is small decides at once; two large ones are walked through side by side. */
  private static boolean chargeComparison(
      Map<Long, Charge> charges, CelCall call, CelAbstractSyntaxTree checked) {
    for (CelExpr side : call.args()) {
      if (side.getKind() == Kind.CONSTANT || isSmall(side, checked)) {
        return false;
      }
    }
    call.args().forEach(side -> argument(charges, side, Charge.READ, checked));
    return true;
  }

  private static void argument(
      Map<Long, Charge> charges, CelExpr argument, Charge charge, CelAbstractSyntaxTree checked) {
    if (!isSmall(argument, checked) && !isOwn(argument)) {
      raise(charges, argument, charge);
    }
  }

  /**
   * Whether a loop adds to what it has gathered: its item is charged, and the rest is not copied.
   */
  private static boolean isGathering(CelCall call) {
    return isOwn(call.args().get(0));
  }

  private static boolean isOwn(CelExpr expr) {
    return expr.getKind() == Kind.IDENT && expr.ident().name().startsWith(OWN_VARIABLE);
  }

  private static boolean isSmall(CelExpr expr, CelAbstractSyntaxTree checked) {
    return checked.getType(expr.id()).map(CelType::kind).filter(SMALL::contains).isPresent();
  }

  private static void raise(Map<Long, Charge> charges, CelExpr expr, Charge charge) {
    charges.merge(expr.id(), charge, (a, b) -> a.compareTo(b) >= 0 ? a : b);
  }
}
