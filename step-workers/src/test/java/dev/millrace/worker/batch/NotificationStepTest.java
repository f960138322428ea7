package dev.millrace.worker.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

final class NotificationStepTest extends BatchCase {
  private static final Duration WINDOW = Duration.ofMinutes(1);

  private final List<String> sent = new CopyOnWriteArrayList<>();
  private final NotificationStep<String> step =
      NotificationStep.builder(
              String.class,
              text -> text.substring(0, text.indexOf(':')),
              (recipient, notifications) -> {
                if (recipient.equals("nobody")) {
                  throw new IOException("unknown address");
                }
                sent.add(recipient + " " + inputs(notifications));
              })
          .window(WINDOW)
          .size(3)
          .urgentPriority(8)
          .timer(timer)
          .build();

  private Running begin(String text, int priority) {
    return begin(step, step::waiting, context(text, priority, text));
  }

  private static StepResult message(String recipient, int notifications) {
    return StepResult.succeeded(Map.of("recipient", recipient, "notifications", notifications));
  }

  @Test
  void notificationsOfARecipientWithinAWindowAreOneMessageWithTheMostImportantFirst()
      throws Exception {
    Running first = begin("ada:1", 2);
    timer.advance(Duration.ofSeconds(30));
    Running other = begin("bob:1", 5);
    Running second = begin("ada:2", 7);
    assertThat(sent).isEmpty();

    timer.advance(Duration.ofSeconds(30));

    assertThat(first.result().get()).isEqualTo(message("ada", 2));
    assertThat(second.result().get()).isEqualTo(message("ada", 2));
    assertThat(sent).containsExactly("ada [ada:2, ada:1]");
    timer.advance(Duration.ofSeconds(30));
    assertThat(other.result().get()).isEqualTo(message("bob", 1));
    assertThat(sent).hasSize(2);
  }

  @Test
  void urgentOneGoesOutAtOnceAndTakesAlongWhatWaitsForItsRecipient() throws Exception {
    Running waiting = begin("ada:1", 5);
    Running other = begin("bob:1", 5);

    assertThat(step.handle(context("u", 8, "ada:urgent"))).isEqualTo(message("ada", 2));

    assertThat(waiting.result().get()).isEqualTo(message("ada", 2));
    assertThat(sent).containsExactly("ada [ada:urgent, ada:1]");
    assertThat(other.result()).isNotDone();
    timer.advance(WINDOW);
    assertThat(other.result().get()).isEqualTo(message("bob", 1));
  }

  @Test
  void tenantsDoNotShareAMessage() throws Exception {
    Running ours = begin(step, step::waiting, contextOf("acme", "a", 5, "ada:1"));
    Running theirs = begin(step, step::waiting, contextOf("other", "b", 5, "ada:2"));
    timer.advance(WINDOW);

    assertThat(ours.result().get()).isEqualTo(message("ada", 1));
    assertThat(theirs.result().get()).isEqualTo(message("ada", 1));
    assertThat(sent).containsExactlyInAnyOrder("ada [ada:1]", "ada [ada:2]");
  }

  @Test
  void messageGoesOutWhenItIsFull() throws Exception {
    begin("ada:1", 5);
    begin("ada:2", 5);

    assertThat(step.handle(context("c", 5, "ada:3"))).isEqualTo(message("ada", 3));
    assertThat(step.waiting()).isZero();
    assertThat(timer.pending()).isZero();
  }

  @Test
  void messageThatCannotBeSentFailsItsNotificationsAndNoOthers() throws Exception {
    Running lost = begin("nobody:1", 5);
    Running other = begin("ada:1", 5);
    timer.advance(WINDOW);

    Assertions.assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> lost.result().get())
        .withCauseInstanceOf(IOException.class);
    assertThat(other.result().get()).isEqualTo(message("ada", 1));
  }

  @Test
  void batchOfItemsIsRefusedWithWhatToDo() throws Exception {
    StepContext items = context("w/s/0/1", 5, "", "ada:1", "ada:2");

    assertThat(step.handle(items))
        .isInstanceOfSatisfying(
            StepResult.Failed.class,
            failed -> assertThat(failed.message()).contains("batchSize").contains("leave it out"));
  }
}
