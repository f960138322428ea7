package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.wire.ApplicationRecordCodec;
import dev.millrace.worker.internal.HandlerRun;
import dev.millrace.worker.spi.HandlerDecorator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.acme.orders.lines.Line;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings({"unused", "EffectivelyPrivate"}) // called by reflection, or refused
final class AnnotatedHandlersTest {
  record Item(String id, int size) {}

  private static class Items {
    @Step("value")
    Item twice(Item item) {
      return new Item(item.id(), 2 * item.size());
    }

    @Step("result")
    private StepResult refuse(StepContext context, Item item) {
      return StepResult.failedForGood("No", context.commandId() + item.id());
    }

    @Step("nothing")
    public void nothing() {}

    @Step("null")
    @Nullable Item none(StepContext context) {
      return null;
    }

    @Step("null-result")
    @Nullable StepResult forgotten() {
      return null;
    }

    @Step("bytes")
    byte[] reversed(byte[] input) {
      byte[] reversed = new byte[input.length];
      for (int i = 0; i < input.length; i++) {
        reversed[i] = input[input.length - 1 - i];
      }
      return reversed;
    }

    @Step("payload")
    dev.millrace.worker.Payload same(dev.millrace.worker.Payload input) {
      return input;
    }

    @Step("map")
    Set<String> keys(Map<String, Object> input) {
      return input.keySet();
    }

    @Step("array")
    int count(Item[] input) {
      return input.length;
    }

    @Step("list")
    List<StepResult> each(List<Item> items) {
      return items.stream().map(item -> StepResult.succeeded(item.size())).toList();
    }

    @Step("sizes")
    List<Integer> sizes(List<Item> items) {
      return items.stream().map(Item::size).toList();
    }

    @Step("avro")
    Line more(Line line) {
      return new Line(line.getArticle(), line.getPieces() + 1);
    }

    @Step("throws")
    void fail(int input) throws IOException {
      throw new IOException("disk " + input);
    }

    @Step("error")
    void error() {
      throw new AssertionError("no");
    }
  }

  private final HandlerRun run = run(worker().handlers(new Items()));

  private static WorkerBuilder worker() {
    return Worker.builder()
        .bootstrapServers("127.0.0.1:1")
        .schemaRegistryUrl("mock://handlers")
        .queue("q");
  }

  private static HandlerRun run(WorkerBuilder worker) {
    try (Worker built = worker.build()) {
      return new HandlerRun(built.handlers());
    }
  }

  private static StepCommand json(String type, String input) {
    return Commands.command("w", type, Commands.payload("", input));
  }

  @Test
  void returnedValueIsTheOutput() {
    assertThat(run.output(json("value", "{\"id\":\"a\",\"size\":3}")))
        .isEqualTo("{\"id\":\"a\",\"size\":6}");
  }

  @Test
  void contextAndInputComeInAnyOrderAndResultsGoAsTheyAre() {
    assertThat(run.failure(json("result", "{\"id\":\"a\",\"size\":3}")))
        .isEqualTo(new Failure("No", "w/s/1a", false));
  }

  @Test
  void nothingAndNullAreASuccessWithoutOutput() {
    for (String type : List.of("nothing", "null")) {
      StepCompletion completion = run.completion(json(type, "1"));
      assertThat(completion.getStatus()).isEqualTo(CompletionStatus.SUCCEEDED);
      assertThat(completion.getOutput()).isNull();
    }
  }

  @Test
  void nullInPlaceOfAResultIsAFailure() {
    assertThat(run.failure(json("null-result", "1")).getMessage())
        .contains("Items, method 'forgotten': returned null");
  }

  @Test
  void bytesAndPayloadsAreGivenAsTheyCame() {
    assertThat(run.output(json("bytes", "abc"))).isEqualTo("cba");
    StepCommand png = Commands.command("w", "payload", Commands.payload("image/png", "not really"));
    assertThat(run.completion(png).getOutput().getContentType()).isEqualTo("image/png");
    assertThat(run.output(png)).isEqualTo("not really");
  }

  @Test
  void mapsArraysAndListsAreReadFromJson() {
    assertThat(run.output(json("map", "{\"k\":1}"))).isEqualTo("[\"k\"]");
    assertThat(run.output(json("array", "[{\"id\":\"a\",\"size\":3}]"))).isEqualTo("1");
    assertThat(run.output(json("sizes", "[{\"id\":\"a\",\"size\":3}]"))).isEqualTo("[3]");
  }

  @Test
  void listIsTheItemsOfABatchAndItsResultsAreTheirs() {
    StepCommand command = Commands.command("w", "list", null);
    command.setItems(
        List.of(
            Commands.payload("", "{\"id\":\"a\",\"size\":3}"),
            Commands.payload("", "{\"id\":\"b\",\"size\":4}")));
    assertThat(run.completion(command).getResults())
        .containsExactly(
            new ItemResult(Commands.payload("", "3"), null),
            new ItemResult(Commands.payload("", "4"), null));
  }

  @Test
  void recordsOfAvroComeAndGo() throws Exception {
    ApplicationRecordCodec<Line> codec =
        new ApplicationRecordCodec<>(Line.class, "lines", run.registry);
    Payload input =
        new Payload("application/avro", ByteBuffer.wrap(codec.encode(new Line("lamp", 2))));
    Payload output = run.completion(Commands.command("w", "avro", input)).getOutput();
    assertThat(output.getContentType()).isEqualTo("application/avro");
    assertThat(codec.decode(output.getData().array())).isEqualTo(new Line("lamp", 3));
  }

  @Test
  void whatAMethodThrowsIsWhatTheStepFailsOf() {
    assertThat(run.failure(json("throws", "7")))
        .isEqualTo(new Failure("IOException", "disk 7", true));
    assertThat(run.failure(json("error", "7")))
        .isEqualTo(new Failure("AssertionError", "no", true));
  }

  @Test
  void inputThatDoesNotFitFailsForGood() {
    assertThat(run.failure(json("value", "[]")).getType()).isEqualTo("worker.unreadable-payload");
    assertThat(run.failure(json("value", "[]")).getRetryable()).isFalse();
    assertThat(run.failure(Commands.command("w", "value", null)).getMessage())
        .contains("there is none");
  }

  @Step("class")
  private static final class ByClass implements StepHandler {
    @Override
    public StepResult handle(StepContext context) {
      return StepResult.succeeded(context.type());
    }
  }

  @Step("typed-class")
  private static final class ByTypedClass implements TypedStepHandler<Item> {
    @Override
    public StepResult handle(Item input, StepContext context) {
      return StepResult.succeeded(input.size());
    }
  }

  @Test
  void classesAreHandlersToo() {
    HandlerRun classes = run(worker().handlers(new ByClass()).handlers(new ByTypedClass()));
    assertThat(classes.output(json("class", "1"))).isEqualTo("\"class\"");
    assertThat(classes.output(json("typed-class", "{\"id\":\"a\",\"size\":3}"))).isEqualTo("3");
  }

  private static class Base {
    @Step("inherited")
    String inherited() {
      return "base";
    }

    @Step("overridden")
    String overridden() {
      return "base";
    }

    @Step("given-up")
    String givenUp() {
      return "base";
    }
  }

  private static final class Derived extends Base {
    @Override
    @Step("overridden")
    String overridden() {
      return "derived";
    }

    @Override
    String givenUp() {
      return "derived";
    }
  }

  @Test
  void methodsAreInheritedUnlessTheyAreOverridden() {
    WorkerBuilder worker = Worker.builder().handlers(new Derived());
    assertThat(worker.stepTypes()).containsExactlyInAnyOrder("inherited", "overridden");
    HandlerRun derived = run(worker().handlers(new Derived()));
    assertThat(derived.output(json("overridden", "1"))).isEqualTo("\"derived\"");
  }

  private static void assertRefused(Object owner, String... parts) {
    assertThatThrownBy(() -> Worker.builder().handlers(owner))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(owner.getClass().getName())
        .hasMessageContainingAll(parts);
  }

  @Test
  void methodThatCannotBeAHandlerIsRefusedWithWhatToDo() {
    assertRefused(new Object(), "has no method marked with @Step");
    assertRefused(
        new Object() {
          @Step("t")
          void two(Item item, String other) {}
        },
        "method 'two'",
        "Item item' and 'java.lang.String other' would both be the input",
        "StepContext.dependency");
    assertRefused(
        new Object() {
          @Step("t")
          void two(StepContext one, StepContext other) {}
        },
        "would both be the context");
    assertRefused(
        new Object() {
          @Step("t")
          <T> void generic(T input) {}
        },
        "method 'generic'",
        "'T input' is generic",
        "take a record or class");
    assertRefused(
        new Object() {
          @Step("t")
          void generic(Map<String, Item> input) {}
        },
        "is generic");
    assertRefused(
        new Object() {
          @Step("t")
          void generic(List<? extends Item> input) {}
        },
        "is generic");
    assertRefused(
        new Object() {
          @Step("t")
          void wire(Payload input) {}
        },
        "take a dev.millrace.worker.Payload");
    assertRefused(
        new Object() {
          @Step("t")
          Future<Item> later() {
            return CompletableFuture.completedFuture(new Item("a", 1));
          }
        },
        "returns a Future; wait for it");
    assertRefused(
        new Object() {
          @Step("t")
          static void fixed() {}
        },
        "is static");
    assertRefused(
        new Object() {
          @Step("t")
          void one() {}

          @Step("t")
          void other() {}
        },
        "step type 't' has two handlers");
    assertRefused(new NoHandler(), "neither a StepHandler nor a TypedStepHandler");
  }

  @Step("t")
  private static final class NoHandler {}

  @Test
  void stepTypeThatIsNoneIsRefused() {
    assertThatThrownBy(
            () ->
                Worker.builder()
                    .handlers(
                        new Object() {
                          @Step("")
                          void nameless() {}
                        }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("step type ''");
  }

  @Test
  void decoratorsGoAroundAllHandlersTheFirstOutermost() {
    List<String> order = new ArrayList<>();
    HandlerRun decorated =
        run(
            worker()
                .handler("before", context -> StepResult.succeeded("in"))
                .around(noting(order, "outer"))
                .around(noting(order, "inner"))
                .around((type, handler) -> handler)
                .handler("after", context -> StepResult.succeeded("in")));
    assertThat(decorated.output(json("before", "1"))).isEqualTo("\"in\"");
    assertThat(order).containsExactly("outer before", "inner before");
    order.clear();
    decorated.output(json("after", "1"));
    assertThat(order).containsExactly("outer after", "inner after");
  }

  private static HandlerDecorator noting(List<String> order, String name) {
    return (type, handler) ->
        context -> {
          order.add(name + " " + type);
          return handler.handle(context);
        };
  }

  @Test
  @SuppressWarnings("NullAway") // what is tested
  void decoratorThatReturnsNothingIsRefused() {
    WorkerBuilder worker =
        worker().handler("a", context -> StepResult.succeeded()).around((type, handler) -> null);
    assertThatThrownBy(worker::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("returned null for step type 'a'");
  }
}
