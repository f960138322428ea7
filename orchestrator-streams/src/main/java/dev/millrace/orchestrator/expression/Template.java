package dev.millrace.orchestrator.expression;

import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Scope;
import java.util.List;

/** A piece of a template, which writes one JSON value. */
sealed interface Template {
  /** Writes its value. */
  void write(JsonOutput output, Scope scope, WorkMeter meter) throws EvaluationException;

  /** A value without expressions. */
  record Constant(Object value) implements Template {
    @Override
    public void write(JsonOutput output, Scope scope, WorkMeter meter) throws EvaluationException {
      output.value(value);
    }
  }

  /** The value of an expression, of any type. */
  record Whole(CelProgram program) implements Template {
    @Override
    public void write(JsonOutput output, Scope scope, WorkMeter meter) throws EvaluationException {
      Object value = program.evaluate(scope, meter);
      program.placed(
          () -> {
            output.value(value);
            return output;
          });
    }
  }

  /** A text in which the values of expressions stand. */
  record Text(List<TextPart> parts) implements Template {
    public Text {
      parts = List.copyOf(parts);
    }

    @Override
    public void write(JsonOutput output, Scope scope, WorkMeter meter) throws EvaluationException {
      output.value(text(scope, meter));
    }

    /** The text, with its expressions replaced. */
    String text(Scope scope, WorkMeter meter) throws EvaluationException {
      StringBuilder text = new StringBuilder();
      for (TextPart part : parts) {
        switch (part) {
          case Fixed fixed -> text.append(fixed.text());
          case Printed printed -> append(text, printed.program(), scope, meter);
        }
      }
      return text.toString();
    }

    private static void append(StringBuilder text, CelProgram program, Scope scope, WorkMeter meter)
        throws EvaluationException {
      Object value = program.evaluate(scope, meter);
      text.append(program.placed(() -> JsonOutput.text(value)));
      if (text.length() > ExpressionLimits.MADE_CHARS) {
        throw program.fault(
            "the text around it is longer than %d characters; join less"
                .formatted(ExpressionLimits.MADE_CHARS));
      }
    }
  }

  /** A piece of a text. */
  sealed interface TextPart {}

  /** Text as it is. */
  record Fixed(String text) implements TextPart {}

  /** The value of an expression, as text. */
  record Printed(CelProgram program) implements TextPart {}

  /** An object. */
  record Fields(List<Field> fields) implements Template {
    public Fields {
      fields = List.copyOf(fields);
    }

    @Override
    public void write(JsonOutput output, Scope scope, WorkMeter meter) throws EvaluationException {
      output.beginObject();
      for (Field field : fields) {
        output.name(field.name());
        field.value().write(output, scope, meter);
      }
      output.endObject();
    }
  }

  /** A field of an object. */
  record Field(String name, Template value) {}

  /** A list. */
  record Items(List<Template> items) implements Template {
    public Items {
      items = List.copyOf(items);
    }

    @Override
    public void write(JsonOutput output, Scope scope, WorkMeter meter) throws EvaluationException {
      output.beginList();
      for (Template item : items) {
        item.write(output, scope, meter);
      }
      output.endList();
    }
  }
}
