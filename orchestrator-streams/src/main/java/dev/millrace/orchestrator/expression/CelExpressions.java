package dev.millrace.orchestrator.expression;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.PayloadSchema;
import dev.millrace.orchestrator.core.expression.Reads;
import dev.millrace.orchestrator.core.expression.Scope;
import dev.millrace.orchestrator.core.state.Payload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Compiles the expressions of definitions as CEL, within {@link ExpressionLimits}. Making one takes
 * some milliseconds; it is meant to be kept. Thread-safe.
 */
public final class CelExpressions implements ExpressionCompiler {
  private final CelLanguage language = new CelLanguage();

  @Override
  public Expression<Boolean> condition(String source) throws InvalidExpressionException {
    CelProgram program = language.compile(source, 0);
    requireType(
        program, SimpleType.BOOL, "a condition must give a boolean; compare it with a value");
    return new Compiled<>(
        program.reads(),
        (scope, meter) -> {
          Object value = program.evaluate(scope, meter);
          if (value instanceof Boolean truth) {
            return truth;
          }
          throw program.fault(
              "it gives %s, and a condition must give a boolean; compare it with a value"
                  .formatted(Kinds.of(value)));
        });
  }

  @Override
  public Expression<Payload> template(String json) throws InvalidExpressionException {
    TemplateParser parser = new TemplateParser(language, json);
    Template template = parser.parse();
    if (template instanceof Template.Constant fixed) {
      Payload constant = constant(() -> JsonOutput.payload(output -> output.value(fixed.value())));
      return new Compiled<>(Reads.NOTHING, (scope, meter) -> constant);
    }
    return new Compiled<>(
        reads(parser.programs()), (scope, meter) -> written(template, scope, meter));
  }

  @Override
  public PayloadSchema schema(String json) throws InvalidExpressionException {
    return JsonSchemas.compile(json);
  }

  private static Payload written(Template template, Scope scope, WorkMeter meter)
      throws EvaluationException {
    return JsonOutput.payload(output -> template.write(output, scope, meter));
  }

  @Override
  public Expression<String> text(String text) throws InvalidExpressionException {
    return converted(text, CelExpressions::printed);
  }

  private static String printed(Object value) throws EvaluationException {
    return switch (value) {
      case String text -> text;
      case Long number -> number.toString();
      case Boolean truth -> truth.toString();
      default ->
          throw new EvaluationException(
              "it gives %s, and a text, a whole number or a boolean is needed"
                  .formatted(Kinds.of(value)));
    };
  }

  @Override
  public Expression<List<Payload>> items(String source) throws InvalidExpressionException {
    CelProgram program = language.compile(source, 0);
    return new Compiled<>(
        program.reads(),
        (scope, meter) -> {
          Object value = program.evaluate(scope, meter);
          if (value instanceof Collection<?> items) {
            return payloads(program, items);
          }
          throw program.fault(
              "it gives %s, and the items of a step must be a list".formatted(Kinds.of(value)));
        });
  }

  private static List<Payload> payloads(CelProgram program, Collection<?> items)
      throws EvaluationException {
    if (items.size() > ExpressionLimits.LIST_ITEMS) {
      throw program.fault(
          "it gives %d items, more than %d; split the list over child workflows"
              .formatted(items.size(), ExpressionLimits.LIST_ITEMS));
    }
    List<Payload> payloads = new ArrayList<>(items.size());
    long bytes = 0;
    for (Object item : items) {
      Payload payload = program.placed(() -> JsonOutput.payload(output -> output.value(item)));
      payloads.add(payload);
      bytes += payload.data().length;
      if (bytes > ExpressionLimits.ITEMS_BYTES) {
        throw program.fault(
            "its items have more than %d bytes together; hand on less of each"
                .formatted(ExpressionLimits.ITEMS_BYTES));
      }
    }
    return List.copyOf(payloads);
  }

  @Override
  public Expression<Long> duration(String text) throws InvalidExpressionException {
    return converted(text, WaitTexts::durationMs);
  }

  @Override
  public Expression<Long> time(String text) throws InvalidExpressionException {
    return converted(text, WaitTexts::timeMs);
  }

  private <T> Expression<T> converted(String text, Conversion<T> conversion)
      throws InvalidExpressionException {
    List<Template.TextPart> parts = new ArrayList<>();
    List<CelProgram> programs = new ArrayList<>();
    if (text.length() > ExpressionLimits.TEMPLATE_CHARS) {
      throw new InvalidExpressionException(
          "the text has %d characters, more than %d; make it shorter"
              .formatted(text.length(), ExpressionLimits.TEMPLATE_CHARS),
          0);
    }
    for (TemplateText.Part part : TemplateText.parse(text)) {
      switch (part) {
        case TemplateText.Literal literal -> parts.add(new Template.Fixed(literal.text()));
        case TemplateText.Source source -> {
          CelProgram program = language.compile(source.source(), source.offset());
          programs.add(program);
          parts.add(new Template.Printed(program));
        }
      }
    }
    if (programs.isEmpty()) {
      T constant = constant(() -> conversion.of(text));
      return new Compiled<>(Reads.NOTHING, (scope, meter) -> constant);
    }
    CelProgram first = programs.get(0);
    Template template = TemplateParser.template(parts);
    return new Compiled<>(
        reads(programs),
        (scope, meter) -> {
          Object value =
              template instanceof Template.Text several
                  ? several.text(scope, meter)
                  : first.evaluate(scope, meter);
          return first.placed(() -> conversion.of(value));
        });
  }

  private static void requireType(CelProgram program, CelType type, String reason)
      throws InvalidExpressionException {
    if (!program.type().equals(type) && !program.type().equals(SimpleType.DYN)) {
      throw new InvalidExpressionException(
          "expression %s gives %s, and %s"
              .formatted(Excerpt.of(program.source()), program.type().name(), reason),
          program.base());
    }
  }

  private static Reads reads(Collection<CelProgram> programs) {
    List<Reads> all = programs.stream().map(CelProgram::reads).toList();
    Set<String> steps =
        all.stream().flatMap(reads -> reads.steps().stream()).collect(toUnmodifiableSet());
    return new Reads(
        all.stream().anyMatch(Reads::input), steps, all.stream().anyMatch(Reads::item));
  }

  private static <T> T constant(CelProgram.Attempt<T> attempt) throws InvalidExpressionException {
    try {
      return attempt.get();
    } catch (EvaluationException e) {
      throw new InvalidExpressionException(String.valueOf(e.getMessage()), 0);
    }
  }

  /** Makes something of a value. */
  @FunctionalInterface
  private interface Conversion<T> {
    T of(Object value) throws EvaluationException;
  }

  /** Evaluates something, with a meter of its own each time. */
  @FunctionalInterface
  private interface Evaluation<T> {
    T evaluate(Scope scope, WorkMeter meter) throws EvaluationException;
  }

  private record Compiled<T>(Reads reads, Evaluation<T> evaluation) implements Expression<T> {
    @Override
    public T evaluate(Scope scope) throws EvaluationException {
      return evaluation.evaluate(scope, new WorkMeter());
    }
  }
}
