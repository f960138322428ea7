package dev.millrace.worker.internal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.millrace.worker.Commands;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class FailureLogTest {
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(FailureLog.class);
  private final FailureLog log = new FailureLog(Set.of("pay", "ship"));

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
  }

  @Test
  void typesWithoutAHandlerAreOneHoweverManyThereAre() {
    for (int i = 0; i < 100; i++) {
      log.overdue(Commands.command("w" + i, "unheard-of-" + i), Instant.EPOCH);
    }
    assertThat(lines.list).hasSize(1);
  }

  @Test
  void eachTypeWithAHandlerHasLinesOfItsOwn() {
    log.overdue(Commands.command("w", "pay"), Instant.EPOCH);
    log.overdue(Commands.command("w", "ship"), Instant.EPOCH);
    log.overdue(Commands.command("w", "pay"), Instant.EPOCH);
    log.heartbeatTooLarge(Commands.command("w", "pay"), new IllegalStateException("too large"));
    log.handlerThrew("pay", "w/s/1", new IllegalStateException("broken"));
    assertThat(lines.list).hasSize(4);
  }
}
