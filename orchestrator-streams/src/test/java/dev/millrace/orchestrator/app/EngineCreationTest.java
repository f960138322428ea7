package dev.millrace.orchestrator.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.config.EngineConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engines that cannot be put together. */
class EngineCreationTest {
  private static final String CLIENT = "engine-that-fails";

  @TempDir Path folder;

  private EngineConfig config(int port, String... more) {
    Map<String, String> settings = new HashMap<>();
    settings.put(EngineConfig.BOOTSTRAP_SERVERS, "127.0.0.1:1");
    settings.put(EngineConfig.SCHEMA_REGISTRY_URL, "mock://creation");
    settings.put(EngineConfig.STATE_DIR, folder.toString());
    settings.put(EngineConfig.HTTP_PORT, Integer.toString(port));
    settings.put("kafka.client.id", CLIENT);
    for (int i = 0; i < more.length; i += 2) {
      settings.put(more[i], more[i + 1]);
    }
    return new EngineConfig(settings);
  }

  @Test
  void takenPortIsNamedAndNoClientIsLeftOpen() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> Engine.create(config(taken.getLocalPort())))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("HTTP cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("set http.host and http.port");
    }

    assertNoClientIsLeft();
  }

  @Test
  void kafkaStreamsThatCannotBeMadeLeavesNeitherPortNorClientOpen() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }

    assertThatThrownBy(() -> Engine.create(config(port, "kafka.num.standby.replicas", "many")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("num.standby.replicas");

    assertNoClientIsLeft();
    new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
  }

  private static void assertNoClientIsLeft() {
    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(threads())
                    .as("threads of clients that nobody closes any more")
                    .isEmpty());
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains(CLIENT))
        .toList();
  }
}
