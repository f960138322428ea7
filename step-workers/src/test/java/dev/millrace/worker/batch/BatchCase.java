package dev.millrace.worker.batch;

import static org.awaitility.Awaitility.await;

import dev.millrace.worker.Payload;
import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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
    return (StepContext)
        Proxy.newProxyInstance(
            StepContext.class.getClassLoader(),
            new Class<?>[] {StepContext.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "commandId" -> id;
                  case "step" -> "s";
                  case "tenant" -> tenant;
                  case "priority" -> priority;
                  case "isCancelled" -> false;
                  case "logger" -> LoggerFactory.getLogger(BatchCase.class);
                  case "input" -> arguments == null ? Optional.of(json(input)) : input;
                  case "items" ->
                      arguments == null
                          ? List.of(items).stream().map(BatchCase::json).toList()
                          : List.of(items);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
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
