package dev.millrace.orchestrator.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Sources for tests and what they are parsed to. */
final class Sources {
  static final DefinitionParser PARSER = new DefinitionParser(new CelExpressions());

  private Sources() {}

  static ParsedDefinition parse(String source) {
    return parse(source, SourceFormat.AUTO);
  }

  static ParsedDefinition parse(String source, SourceFormat format) {
    return PARSER.parse(source.getBytes(StandardCharsets.UTF_8), format);
  }

  static WorkflowDefinition accepted(String source) {
    ParsedDefinition parsed = parse(source);
    assertThat(parsed).as("%s", parsed.problems()).isInstanceOf(ParsedDefinition.Accepted.class);
    return ((ParsedDefinition.Accepted) parsed).definition();
  }

  /** The problems of a refused source as {@code line:column code path}. */
  static List<String> refused(String source, SourceFormat format) {
    ParsedDefinition parsed = parse(source, format);
    assertThat(parsed).isInstanceOf(ParsedDefinition.Refused.class);
    return parsed.problems().stream().map(Sources::brief).toList();
  }

  static List<String> refused(String source) {
    return refused(source, SourceFormat.AUTO);
  }

  private static String brief(Problem problem) {
    return "%d:%d %s %s"
        .formatted(problem.line(), problem.column(), problem.code(), problem.path())
        .strip();
  }
}
