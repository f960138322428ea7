package dev.millrace.orchestrator.core.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.PayloadSchema;
import dev.millrace.orchestrator.core.expression.Reads;
import dev.millrace.orchestrator.core.expression.Scope;
import dev.millrace.orchestrator.core.expression.UniformCompiler;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompiledOnceTest {
  /** Takes note of all that it compiles. */
  private static final class Counted extends UniformCompiler {
    private final List<String> texts = new ArrayList<>();

    @Override
    protected <T> Expression<T> compile(String text) throws InvalidExpressionException {
      texts.add(text);
      if (text.equals("!")) {
        throw new InvalidExpressionException("no expression", 0);
      }
      return new Expression<>() {
        @Override
        public T evaluate(Scope scope) {
          throw new AssertionError("nothing is evaluated");
        }

        @Override
        public Reads reads() {
          return Reads.NOTHING;
        }
      };
    }

    @Override
    public PayloadSchema schema(String json) {
      texts.add(json);
      return payload -> List.of();
    }
  }

  private final Counted counted = new Counted();
  private final CompiledOnce compiler = new CompiledOnce(counted);

  @Test
  void eachTextIsCompiledOnceForEachKind() throws InvalidExpressionException {
    assertThat(compiler.condition("x")).isNotNull().isSameAs(compiler.condition("x"));
    assertThat(compiler.template("x")).isNotNull().isSameAs(compiler.template("x"));
    assertThat(compiler.text("x")).isNotNull().isSameAs(compiler.text("x"));
    assertThat(compiler.items("x")).isNotNull().isSameAs(compiler.items("x"));
    assertThat(compiler.duration("x")).isNotNull().isSameAs(compiler.duration("x"));
    assertThat(compiler.time("x")).isNotNull().isSameAs(compiler.time("x"));
    assertThat(compiler.schema("x")).isNotNull().isSameAs(compiler.schema("x"));
    assertThat(compiler.schema("y")).isNotNull();

    assertThat(counted.texts).containsExactly("x", "x", "x", "x", "x", "x", "x", "y");
  }

  @Test
  void whatIsNoExpressionIsNoneTheSecondTimeEither() {
    for (int time = 0; time < 2; time++) {
      assertThatThrownBy(() -> compiler.condition("!"))
          .isInstanceOf(InvalidExpressionException.class);
    }
  }
}
