package dev.millrace.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.JvmProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerProcessTest {
  @TempDir private Path folder;
  private final List<JvmProcess> started = new ArrayList<>();

  @AfterEach
  void killWhatIsLeft() throws InterruptedException {
    for (JvmProcess process : started) {
      process.close();
    }
  }

  @Test
  void acknowledgedRecordsOutliveAKill() throws Exception {
    List<String> values = IntStream.range(0, 1_000).mapToObj(Integer::toString).toList();
    JvmProcess first = start("--data", data());
    String servers = ready(first);
    Records.createTopic(servers, "a");
    Records.send(servers, "a", values);

    first.kill();
    String again = ready(start("--data", data()));

    assertThat(Records.read(again, "a", "g", values.size())).isEqualTo(values);
    Records.send(again, "a", List.of("after"));
    assertThat(Records.read(again, "a", "g", 1)).containsExactly("after");
  }

  @Test
  void stopsWhenItsStarterGoesAway() throws Exception {
    JvmProcess broker = start("--data", data(), "--exit-with-parent");
    ready(broker);

    broker.endInput();

    assertThat(broker.awaitExit()).isZero();
  }

  @Test
  void saysWhyItDoesNotStart() throws Exception {
    ready(start("--data", data()));

    JvmProcess second = start("--data", data());

    assertThat(second.awaitExit()).isEqualTo(1);
    assertThat(second.printed()).contains("in use by a broker in process");
  }

  private String data() {
    return folder.resolve("data").toString();
  }

  private JvmProcess start(String... arguments) throws IOException {
    JvmProcess process = JvmProcess.start(BrokerProcess.class, List.of(arguments));
    started.add(process);
    return process;
  }

  /** Waits for the line that says that the broker is up, and returns its address. */
  private static String ready(JvmProcess broker) {
    return broker.awaitLine(BrokerProcess.READY).substring(BrokerProcess.READY.length());
  }
}
