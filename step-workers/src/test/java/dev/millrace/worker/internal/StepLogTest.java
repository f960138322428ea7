package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.worker.Commands;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.StepResult;
import java.nio.charset.StandardCharsets;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

final class StepLogTest {
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

  @BeforeEach
  void listen() {
    lines.start();
    root.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    root.detachAppender(lines);
  }

  private ILoggingEvent line(String message) {
    return List.copyOf(lines.list).stream()
        .filter(line -> line.getFormattedMessage().equals(message))
        .findAny()
        .orElseThrow();
  }

  private static StepCommand command(int branch) {
    StepCommand command = Commands.command("order-17", "pay");
    command.setAttempt(3);
    command.setBranch(branch);
    return command;
  }

  private static void run(StepHandler handler, StepCommand command) {
    new HandlerRun(Map.of("pay", handler)).completion(command);
  }

  @Test
  void everyLineOfAHandlerSaysWhichAttemptItIsOf() {
    run(
        context -> {
          context.logger().warn("charging {}", 5);
          LoggerFactory.getLogger("org.acme.Bank").warn("elsewhere");
          return StepResult.succeeded();
        },
        command(-1));
    ILoggingEvent line = line("charging 5");
    assertThat(line.getLoggerName()).isEqualTo("millrace.step.pay");
    assertThat(line.getMDCPropertyMap())
        .isEqualTo(
            Map.of(
                "workflowId",
                "order-17",
                "step",
                "s",
                "attempt",
                "3",
                "commandId",
                "order-17/s/3"));
    assertThat(line("elsewhere").getMDCPropertyMap()).isEqualTo(line.getMDCPropertyMap());
  }

  @Test
  void linesOfABranchNameIt() {
    run(
        context -> {
          context.logger().warn("one of many");
          return StepResult.succeeded();
        },
        command(12));
    assertThat(line("one of many").getMDCPropertyMap())
        .containsEntry("branch", "12")
        .containsEntry("commandId", "order-17/s/12/3");
  }

  @Test
  void whatAHandlerThrowsIsLoggedWithItsAttempt() {
    run(
        context -> {
          throw new IllegalStateException("no");
        },
        command(-1));
    assertThat(List.copyOf(lines.list))
        .anySatisfy(
            line -> {
              assertThat(line.getThrowableProxy()).isNotNull();
              assertThat(line.getMDCPropertyMap()).containsEntry("commandId", "order-17/s/3");
            });
  }

  @Test
  void threadSaysNothingOfTheAttemptOnceTheHandlerHasReturned() throws Exception {
    AtomicReference<Map<String, String>> writing = new AtomicReference<>();
    run(
        context -> {
          MDC.put("own", "x");
          return StepResult.succeeded(new Told(writing));
        },
        command(-1));
    assertThat(writing.get()).isNullOrEmpty();
  }

  /**
   * An output that notes what is in the MDC while it is written: on the handler's thread, after it.
   */
  private static final class Told extends AbstractMap<String, String> {
    private final AtomicReference<Map<String, String>> writing;

    Told(AtomicReference<Map<String, String>> writing) {
      this.writing = writing;
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
      writing.set(MDC.getCopyOfContextMap());
      return Set.of();
    }
  }

  private static Optional<String> traceparent(String header) {
    AtomicReference<Optional<String>> seen = new AtomicReference<>(Optional.of("not called"));
    RecordHeaders headers = new RecordHeaders();
    headers.add("traceparent", header.getBytes(StandardCharsets.UTF_8));
    new HandlerRun(
            Map.of(
                "pay",
                context -> {
                  seen.set(context.traceparent());
                  return StepResult.succeeded();
                }))
        .completion(command(-1), headers);
    return seen.get();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"
      })
  void traceThatTheCommandBelongsToIsTold(String header) {
    assertThat(traceparent(header)).contains(header);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-1-2-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nHost: x",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"
      })
  void headerThatIsNoTraceIsNotTold(String header) {
    assertThat(traceparent(header)).isEmpty();
  }
}
