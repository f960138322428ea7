package dev.millrace.orchestrator.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.schemas.registry.RegistryUnavailableException;
import dev.millrace.schemas.registry.UnknownSchemaException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RegistryOutageTest {
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final RegistryOutage outage = RegistryOutage.ofAStreamThread(stopping);

  @Test
  void questionIsAskedUntilTheRegistryAnswers() {
    List<Boolean> waiting = new ArrayList<>();
    Supplier<String> question =
        () -> {
          waiting.add(outage.isOn());
          if (waiting.size() < 3) {
            throw new RegistryUnavailableException("away", null);
          }
          return "answer";
        };

    assertThat(outage.outlast(question)).isEqualTo("answer");
    assertThat(waiting).containsExactly(false, true, true);
    assertThat(outage.isOn()).isFalse();
  }

  @Test
  void nobodyWaitsAnyMoreWhenTheEngineStops() {
    stopping.countDown();

    assertThatThrownBy(() -> outage.outlast(RegistryOutageTest::away))
        .isInstanceOf(RegistryUnavailableException.class);
    assertThatThrownBy(
            () -> RegistryOutage.ofTheDefinitions(stopping).outlast(RegistryOutageTest::away))
        .isInstanceOf(RegistryUnavailableException.class);
    assertThat(outage.isOn()).isFalse();
  }

  @Test
  void anAnswerThatThereIsNoneIsNotWaitedFor() {
    List<Integer> asked = new ArrayList<>();

    assertThatThrownBy(
            () ->
                outage.outlast(
                    () -> {
                      asked.add(1);
                      throw new UnknownSchemaException("unknown", null);
                    }))
        .isInstanceOf(UnknownSchemaException.class);
    assertThat(asked).hasSize(1);
  }

  private static String away() {
    throw new RegistryUnavailableException("away", null);
  }
}
