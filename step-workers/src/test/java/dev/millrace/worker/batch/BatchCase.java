package dev.millrace.worker.batch;

import static org.awaitility.Awaitility.await;

import dev.millrace.worker.ContextStub;
import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.slf4j.LoggerFactory;

/** Commands that wait in threads of their own, as in a worker, on a time of the test's own. */
abstract class BatchCase {
  final ManualTimer timer = new ManualTimer();

  /** A command whose handler runs. */
  record Running(Thread thread, CompletableFuture<StepResult> result) {}

  static StepContext context(String id, int priority, String input, String... items) {
    return contextOf("", id, priority, input, items);
  }

  static StepContext contextOf(
      String tenant, String id, int priority, String input, String... items) {
    ContextStub.Answer inputs =
        arguments -> arguments.length == 0 ? Optional.of(json(input)) : input;
    ContextStub.Answer allItems =
        arguments ->
            arguments.length == 0
                ? List.of(items).stream().map(BatchCase::json).toList()
                : List.of(items);
    return ContextStub.of(
        Map.of(
            "commandId", id,
            "step", "s",
            "tenant", tenant,
            "priority", priority,
            "isCancelled", false,
            "logger", LoggerFactory.getLogger(BatchCase.class),
            "input", inputs,
            "items", allItems));
  }

  private static Payload json(String text) {
    return Payload.json(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Starts to handle a command, and waits until it has come to its batch. */
  Running begin(StepHandler step, IntSupplier waiting, StepContext context) {
    int before = waiting.getAsInt();
    Running running = run(step, context);
    await().until(() -> waiting.getAsInt() == before + 1);
    return running;
  }

  Running run(StepHandler step, StepContext context) {
    CompletableFuture<StepResult> result = new CompletableFuture<>();
    Thread thread =
        Thread.startVirtualThread(
            () -> {
              try {
                result.complete(step.handle(context));
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            });
    return new Running(thread, result);
  }

  static List<String> inputs(List<BatchItem<String>> items) {
    List<String> inputs = new ArrayList<>();
    items.forEach(item -> inputs.add(item.input()));
    return inputs;
  }
}
