package dev.millrace.orchestrator.core;

import dev.millrace.orchestrator.core.expression.EvaluationException;
import dev.millrace.orchestrator.core.expression.Expression;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.expression.InvalidExpressionException;
import dev.millrace.orchestrator.core.expression.PayloadSchema;
import dev.millrace.orchestrator.core.expression.Reads;
import dev.millrace.orchestrator.core.expression.Scope;
import dev.millrace.orchestrator.core.state.Payload;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A language for tests of the core. Its words: {@code true}, {@code false}, {@code broken}, which
 * has no value, {@code given ID}, whether a step has an output, and {@code chance SEED of SOURCE},
 * where the source is {@code input}, {@code output}, {@code item} or the id of a step: a value of
 * the kind that is asked for, that follows from the seed and the bytes of the source, and that
 * sometimes is none. A schema, whatever its text, wants a payload that is not empty. Conditions may
 * also be {@code output == 'TEXT'}, alone or with {@code && (CONDITION)} after it.
 */
public enum FakeExpressions implements ExpressionCompiler {
  INSTANCE;

  /** About when random workflows run, in epoch milliseconds. */
  static final long SOME_TIME_MS = 1_700_000_000_000L;

  private static final String CHOSEN = "output == '";
  private static final int LARGEST_OUTPUT = 1024 * 1024;

  /** Gives a value from a source of chance. */
  @FunctionalInterface
  private interface Draw<T> {
    T from(Random random);
  }

  private record Fake<T>(String text, Draw<T> draw) implements Expression<T> {
    @Override
    public T evaluate(Scope scope) throws EvaluationException {
      if (text.equals("broken")) {
        throw new EvaluationException("'broken' has no value");
      }
      String[] words = text.split(" ", -1);
      Random random = new Random(Long.parseLong(words[1]) * 31 + hash(source(scope, words[3])));
      if (random.nextInt(50) == 0) {
        throw new EvaluationException("'%s' has no value".formatted(text));
      }
      return draw.from(random);
    }

    private static @Nullable Payload source(Scope scope, String name) {
      return switch (name) {
        case "input" -> scope.input();
        case "output" -> scope.output();
        case "item" -> scope.item();
        default -> scope.stepOutput(name);
      };
    }

    private static int hash(@Nullable Payload payload) {
      return payload == null ? 0 : Arrays.hashCode(payload.data());
    }

    @Override
    public Reads reads() {
      String[] words = text.split(" ", -1);
      if (words.length < 4 || words[3].equals("output") || words[3].equals("item")) {
        return Reads.NOTHING;
      }
      return words[3].equals("input")
          ? new Reads(true, Set.of())
          : new Reads(false, Set.of(words[3]));
    }
  }

  /** Whether the output is a text, and what else must hold then. */
  private record Chosen(String text, @Nullable Expression<Boolean> and)
      implements Expression<Boolean> {
    @Override
    public Boolean evaluate(Scope scope) throws EvaluationException {
      Payload output = scope.output();
      boolean isChosen =
          output != null
              && new String(output.data(), StandardCharsets.UTF_8).equals('"' + text + '"');
      return isChosen && (and == null || and.evaluate(scope));
    }

    @Override
    public Reads reads() {
      return and == null ? Reads.NOTHING : and.reads();
    }
  }

  private record Constant(boolean value) implements Expression<Boolean> {
    @Override
    public Boolean evaluate(Scope scope) {
      return value;
    }

    @Override
    public Reads reads() {
      return Reads.NOTHING;
    }
  }

  private record Given(String step) implements Expression<Boolean> {
    @Override
    public Boolean evaluate(Scope scope) {
      return scope.stepOutput(step) != null;
    }

    @Override
    public Reads reads() {
      return new Reads(false, Set.of(step));
    }
  }

  @Override
  public Expression<Boolean> condition(String source) throws InvalidExpressionException {
    if (source.startsWith("given ")) {
      return new Given(source.substring("given ".length()));
    }
    if (source.equals("true") || source.equals("false")) {
      return new Constant(source.equals("true"));
    }
    if (!source.startsWith(CHOSEN)) {
      return new Fake<>(checked(source), random -> random.nextInt(4) > 0);
    }
    int end = source.indexOf('\'', CHOSEN.length());
    String rest = source.substring(end + 1);
    return new Chosen(
        source.substring(CHOSEN.length(), end),
        rest.isEmpty() ? null : condition(rest.substring(" && (".length(), rest.length() - 1)));
  }

  @Override
  public Expression<Payload> template(String json) throws InvalidExpressionException {
    return new Fake<>(
        checked(json),
        random -> {
          int kind = random.nextInt(500);
          int bytes = kind == 0 ? LARGEST_OUTPUT + 1 : kind < 100 ? 300 : 40;
          byte[] data = new byte[random.nextInt(bytes) + (kind == 0 ? LARGEST_OUTPUT : 0)];
          random.nextBytes(data);
          return new Payload("", data);
        });
  }

  @Override
  public Expression<List<Payload>> items(String source) throws InvalidExpressionException {
    return new Fake<>(
        checked(source),
        random -> {
          int kind = random.nextInt(200);
          int count =
              switch (kind) {
                case 0 -> 1_000 + random.nextInt(2_500);
                case 1, 2, 3, 4, 5 -> 0;
                default -> 1 + random.nextInt(kind < 100 ? 8 : 40);
              };
          List<Payload> items = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            byte[] data = new byte[4 + random.nextInt(8)];
            random.nextBytes(data);
            items.add(new Payload("", data));
          }
          return items;
        });
  }

  @Override
  public Expression<String> text(String text) throws InvalidExpressionException {
    return new Fake<>(
        checked(text),
        random ->
            switch (random.nextInt(20)) {
              case 0 -> "";
              case 1 -> "long".repeat(100);
              default -> "text-" + random.nextInt(1_000);
            });
  }

  @Override
  public Expression<Long> duration(String text) throws InvalidExpressionException {
    return new Fake<>(checked(text), random -> (long) random.nextInt(20_000));
  }

  @Override
  public PayloadSchema schema(String json) {
    return payload -> payload.data().length > 0 ? List.of() : List.of("nothing is there");
  }

  @Override
  public Expression<Long> time(String text) throws InvalidExpressionException {
    return new Fake<>(
        checked(text),
        random ->
            random.nextInt(20) == 0
                ? random.nextInt(3) - 1L
                : SOME_TIME_MS - 60_000 + random.nextInt(600_000));
  }

  private static String checked(String text) throws InvalidExpressionException {
    if (!text.equals("broken") && !text.matches("chance -?\\d+ of \\S+")) {
      throw new InvalidExpressionException("'%s' is none of the words".formatted(text), 0);
    }
    return text;
  }
}
