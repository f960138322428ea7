package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.check.CompiledOnce;
import dev.millrace.orchestrator.core.check.ExpressionRules;
import dev.millrace.orchestrator.core.definition.DefinitionRule;
import dev.millrace.orchestrator.core.definition.DefinitionValidator;
import dev.millrace.orchestrator.core.definition.Violation;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import java.util.List;

/**
 * Reads a definition from YAML or JSON. Everything wrong with the source is reported at once: what
 * its text, its structure and its meaning break, each with its place. Reading stops as soon as a
 * limit is passed, so that a hostile source costs little. Safe for use by several threads.
 */
public final class DefinitionParser {
  /** Resource that holds the JSON Schema of the language, draft 2020-12. */
  public static final String SCHEMA_RESOURCE = "/dev/millrace/workflow-definition.schema.json";

  /** Largest source, in bytes. */
  public static final int SOURCE_BYTES = 4 * 1024 * 1024;

  /** Longest line of YAML, in bytes; JSON may stand on one line. */
  public static final int LINE_BYTES = 256 * 1024;

  /** Deepest nesting of mappings and lists. */
  public static final int DEPTH = 64;

  /** Most YAML anchors, and most YAML aliases. */
  public static final int ALIASES = 10;

  /** Most values that are read past because they are no part of the language. */
  public static final int SKIPPED = 10_000;

  /** Most problems of text and structure that are reported; reading stops at the last of them. */
  public static final int PROBLEMS = 100;

  private final ExpressionCompiler expressions;

  /** A parser that has expressions compiled, to see that they can be. */
  public DefinitionParser(ExpressionCompiler expressions) {
    this.expressions = expressions;
  }

  /** Reads a definition, telling JSON from YAML by its first character. */
  public ParsedDefinition parse(byte[] source) {
    return parse(source, SourceFormat.AUTO);
  }

  /**
   * Reads a definition. What is wrong with the source is part of the result; nothing is thrown for
   * it.
   *
   * @param source UTF-8, with or without a byte order mark
   */
  public ParsedDefinition parse(byte[] source, SourceFormat format) {
    Problems problems = new Problems();
    SourceMap places = new SourceMap();
    try {
      WorkflowDefinition definition = read(source, format, problems, places);
      violations(definition).stream()
          .filter(violation -> !problems.covers(violation.path()))
          .map(
              violation ->
                  Problems.error(
                      violation.code(),
                      places.find(violation.path()),
                      violation.path(),
                      message(violation)))
          .toList()
          .forEach(problems::add);
      if (problems.isEmpty()) {
        DefinitionWarnings.of(definition, places).forEach(problems::add);
        return new ParsedDefinition.Accepted(definition, problems.inOrder());
      }
    } catch (SourceRefusedException refused) {
      problems.add(refused.toProblem());
    }
    return new ParsedDefinition.Refused(problems.inOrder());
  }

  /** What is wrong, with the field where the rule does not name it itself. */
  private static String message(Violation violation) {
    return violation.code().equals(DefinitionRule.BAD_EXPRESSION.code())
        ? violation.path() + ": " + violation.message()
        : violation.message();
  }

  /** Expressions are looked at when all else is right, since they need an order of the steps. */
  private List<Violation> violations(WorkflowDefinition definition) {
    List<Violation> violations = DefinitionValidator.validate(definition);
    return violations.isEmpty()
        ? ExpressionRules.check(definition, new CompiledOnce(expressions))
        : violations;
  }

  private static WorkflowDefinition read(
      byte[] source, SourceFormat format, Problems problems, SourceMap places)
      throws SourceRefusedException {
    if (source.length > SOURCE_BYTES) {
      throw new SourceRefusedException(
          SourceRule.SOURCE_TOO_LARGE,
          Position.START,
          "the source has %,d bytes; at most %,d are allowed: split the definition into several"
              .formatted(source.length, SOURCE_BYTES));
    }
    Utf8.check(source);
    SourceEvents events =
        switch (format.resolve(source)) {
          case JSON -> new JsonEvents(Utf8.reader(source));
          case YAML, AUTO -> {
            refuseLongLine(source);
            yield new YamlEvents(source, Math.min(source.length, LINE_BYTES));
          }
        };
    return new DefinitionReader(new SourceValues(events, problems, places)).read();
  }

  private static void refuseLongLine(byte[] source) throws SourceRefusedException {
    int lines = 1;
    int lineStart = 0;
    for (int i = 0; i < source.length; i++) {
      if (source[i] == '\n') {
        lines++;
        lineStart = i + 1;
      } else if (i - lineStart >= LINE_BYTES) {
        throw new SourceRefusedException(
            SourceRule.LINE_TOO_LONG,
            new Position(lines, 1),
            "the line has more than %,d bytes; break it, or write JSON".formatted(LINE_BYTES));
      }
    }
  }
}
