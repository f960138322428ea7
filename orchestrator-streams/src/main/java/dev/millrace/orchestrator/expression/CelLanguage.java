package dev.millrace.orchestrator.expression;

import static dev.cel.runtime.CelFunctionBinding.fromOverloads;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.SimpleType;
import dev.cel.common.values.CelByteString;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelOptionalLibrary;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import dev.cel.runtime.CelStandardFunctions.StandardFunction;
import dev.cel.runtime.standard.AddOperator.AddOverload;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import java.util.List;

/**
 * CEL as the engine speaks it: its variables, the standard functions and macros, optional values,
 * and the limits of {@link ExpressionLimits}. No function knows the time or chance. Thread-safe.
 *
 * <p>The macros of optional values (optMap, optFlatMap) are left out: each writes its target down
 * twice, so that a short source becomes an endless tree.
 */
final class CelLanguage {
  private static final CelOptions OPTIONS =
      CelOptions.current()
          .maxExpressionCodePointSize(ExpressionLimits.SOURCE_CHARS)
          .maxParseRecursionDepth(ExpressionLimits.SOURCE_DEPTH)
          .maxParseErrorRecoveryLimit(1)
          .comprehensionMaxIterations(ExpressionLimits.ITERATIONS)
          .maxRegexProgramSize(ExpressionLimits.REGEX_PROGRAM)
          .enableHeterogeneousNumericComparisons(true)
          .enableOptionalSyntax(true)
          .build();

  private final Patterns patterns = new Patterns();
  private final CelCompiler compiler = compiler();
  private final CelRuntime runtime = runtime(patterns);

  private static CelCompiler compiler() {
    return CelCompilerFactory.standardCelCompilerBuilder()
        .setOptions(OPTIONS)
        .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
        .addFunctionDeclarations(CelOptionalLibrary.INSTANCE.functions())
        .addVarDeclarations(CelOptionalLibrary.INSTANCE.variables())
        .addVar(Variables.INPUT, SimpleType.DYN)
        .addVar(Variables.STEPS, SimpleType.DYN)
        .addVar(Variables.OUTPUT, SimpleType.DYN)
        .addVar(Variables.ITEM, SimpleType.DYN)
        .addVar(Variables.INDEX, SimpleType.INT)
        .addVar(Variables.WORKFLOW_ID, SimpleType.STRING)
        .addVar(Variables.WORKFLOW_TENANT, SimpleType.STRING)
        .addVar(Variables.WORKFLOW_PRIORITY, SimpleType.INT)
        .build();
  }

  @SuppressWarnings("Immutable") // what the patterns keep changes no result
  private static CelRuntime runtime(Patterns patterns) {
    return CelRuntimeFactory.plannerRuntimeBuilder()
        .setOptions(OPTIONS)
        .setStandardFunctions(
            CelStandardFunctions.newBuilder()
                .filterFunctions(
                    (function, overload) ->
                        function != StandardFunction.MATCHES
                            && function != StandardFunction.CONTAINS
                            && overload != AddOverload.ADD_BYTES
                            && overload != AddOverload.ADD_LIST)
                .build())
        .addLibraries(CelOptionalLibrary.INSTANCE)
        .addFunctionBindings(
            fromOverloads(
                Operators.MATCHES,
                CelFunctionBinding.from(
                    Operators.MATCHES, String.class, String.class, patterns::find),
                CelFunctionBinding.from(
                    "matches_string", String.class, String.class, patterns::find)))
        .addFunctionBindings(
            fromOverloads(
                Operators.CONTAINS,
                CelFunctionBinding.from(
                    "contains_string", String.class, String.class, CelLanguage::contains)))
        .addFunctionBindings(
            fromOverloads(
                Operators.ADD,
                CelFunctionBinding.from(
                    "add_bytes", CelByteString.class, CelByteString.class, CelByteString::concat),
                CelFunctionBinding.from("add_list", List.class, List.class, JsonList::concat)))
        .build();
  }

  private static boolean contains(String text, String sought) {
    if (sought.length() > ExpressionLimits.SOUGHT_CHARS) {
      throw new NoValueException(
          "the text to look for has %d characters, more than %d; look for less"
              .formatted(sought.length(), ExpressionLimits.SOUGHT_CHARS));
    }
    return text.contains(sought);
  }

  /**
   * Compiles one expression.
   *
   * @param base where it begins in the text of the definition, in characters
   * @throws InvalidExpressionException with the place within that text
   */
  CelProgram compile(String source, int base) throws InvalidExpressionException {
    if (source.length() > ExpressionLimits.SOURCE_CHARS) {
      throw new InvalidExpressionException(
          "expression %s has %d characters, more than %d; split it over set steps"
              .formatted(Excerpt.of(source), source.length(), ExpressionLimits.SOURCE_CHARS),
          base);
    }
    CelAbstractSyntaxTree parsed = valid(source, base, compiler.parse(source));
    try {
      Sight sight = Sight.of(parsed.getExpr());
      CelAbstractSyntaxTree checked =
          valid(source, base, compiler.check(TreeRewriter.rewrite(parsed)));
      checkPatterns(checked);
      return new CelProgram(
          source,
          base,
          runtime.createProgram(checked),
          checked.getResultType(),
          sight,
          WorkPlan.of(checked));
    } catch (FaultyExpressionException e) {
      int position = parsed.getSource().getPositionsMap().getOrDefault(e.node(), 0);
      throw invalid(source, base, position, String.valueOf(e.getMessage()));
    } catch (CelEvaluationException e) {
      throw invalid(source, base, 0, String.valueOf(e.getMessage()));
    }
  }

  private static CelAbstractSyntaxTree valid(String source, int base, CelValidationResult result)
      throws InvalidExpressionException {
    try {
      return result.getAst();
    } catch (CelValidationException e) {
      CelIssue first =
          e.getErrors().isEmpty() ? CelIssue.formatError(1, 0, "no CEL") : e.getErrors().get(0);
      int offset =
          result
              .getSource()
              .getLocationOffset(first.getSourceLocation())
              .map(found -> Math.min(found, source.length()))
              .orElse(0);
      throw invalid(source, base, offset, CelFault.sentence(first.getMessage()));
    }
  }

  private static void checkPatterns(CelAbstractSyntaxTree checked)
      throws FaultyExpressionException {
    for (CelNavigableExpr node : CelNavigableAst.fromAst(checked).getRoot().allNodes().toList()) {
      CelExpr expr = node.expr();
      if (expr.getKind() != Kind.CALL || !expr.call().function().equals(Operators.MATCHES)) {
        continue;
      }
      CelExpr regex = expr.call().args().get(expr.call().args().size() - 1);
      if (regex.getKind() == Kind.CONSTANT
          && regex.constant().getKind() == CelConstant.Kind.STRING_VALUE) {
        try {
          Patterns.compile(regex.constant().stringValue());
        } catch (NoValueException e) {
          throw new FaultyExpressionException(regex.id(), e.reason());
        }
      }
    }
  }

  private static InvalidExpressionException invalid(
      String source, int base, int codePoints, String reason) {
    int offset = base + offset(source, codePoints);
    return new InvalidExpressionException(
        "expression %s at offset %d: %s".formatted(Excerpt.of(source), offset, reason), offset);
  }

  /** Characters of a place that CEL counts in code points. */
  static int offset(String source, int codePoints) {
    int inside = Math.clamp(codePoints, 0, source.codePointCount(0, source.length()));
    return source.offsetByCodePoints(0, inside);
  }
}
