package dev.millrace.orchestrator.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.orchestrator.config.EngineConfig;
import dev.millrace.schemas.registry.SchemaRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.junit.jupiter.api.Test;

/** An engine that cannot be put together leaves nothing open, whatever the reason. */
final class AbortedStartTest {
  @Test
  void errorClosesWhatWasOpened() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    EngineConfig config =
        new EngineConfig(
            Map.of(
                "bootstrap.servers", "127.0.0.1:1",
                "schema.registry.url", "http://127.0.0.1:1",
                "http.port", Integer.toString(port)));
    SchemaRegistry broken =
        (SchemaRegistry)
            Proxy.newProxyInstance(
                AbortedStartTest.class.getClassLoader(),
                new Class<?>[] {SchemaRegistry.class},
                (proxy, method, arguments) -> {
                  throw new NoClassDefFoundError("a library is missing");
                });

    assertThatThrownBy(
            () ->
                Engine.create(
                    config, broken, new SimpleMeterRegistry(), new DefaultKafkaClientSupplier()))
        .isInstanceOf(NoClassDefFoundError.class);

    try (ServerSocket again = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      assertThat(again.isBound()).isTrue();
    }
  }
}
