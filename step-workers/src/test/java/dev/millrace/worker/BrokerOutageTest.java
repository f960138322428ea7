package dev.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.kafka.EmbeddedKafka;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers whose broker goes away and comes back, whatever their source is. */
final class BrokerOutageTest {
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void goesOnAfterTheBrokerWasAway(boolean inAShareGroup, @TempDir Path data) throws Exception {
    CountDownLatch duringOutage = new CountDownLatch(1);
    Set<String> started = ConcurrentHashMap.newKeySet();
    int port = portThatNoClientIsGiven();
    EmbeddedKafka broker = EmbeddedKafka.builder().dataDirectory(data).brokerPort(port).start();
    try (Installation installation = new Installation(broker.bootstrapServers(), 2);
        Worker worker =
            installation
                .worker()
                .source(inAShareGroup ? Source.shareGroup() : Source.consumerGroup())
                .handler(
                    "work",
                    context -> {
                      started.add(context.workflowId());
                      if (context.workflowId().equals("w9")) {
                        duringOutage.await();
                      }
                      return StepResult.succeeded();
                    })
                .build()) {
      worker.start();
      for (int i = 0; i < 10; i++) {
        installation.send(i % 2, Commands.command("w" + i, "work"));
      }
      await().until(() -> started.size() == 10);
      await().until(() -> installation.completions().size() == 9);
      broker.close();
      duringOutage.countDown();
      broker = EmbeddedKafka.builder().dataDirectory(data).brokerPort(port).start();
      for (int i = 10; i < 20; i++) {
        installation.send(i % 2, Commands.command("w" + i, "work"));
      }
      await()
          .untilAsserted(
              () -> assertThat(Set.copyOf(installation.completedWorkflows())).hasSize(20));
      if (inAShareGroup) {
        await().untilAsserted(() -> assertThat(installation.shareLag()).isZero());
      } else {
        await().untilAsserted(() -> assertThat(installation.committed()).isEqualTo(20));
      }
    } finally {
      broker.close();
    }
  }

  /**
   * A port below those that the system gives to clients: nobody else takes it while the broker that
   * had it is away.
   */
  private static int portThatNoClientIsGiven() throws IOException {
    int lowest = 15_000 + (int) (ProcessHandle.current().pid() % 10_000);
    for (int port = lowest; port < lowest + 1_000; port++) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return port;
      } catch (BindException e) {
        // Taken: the next one then.
      }
    }
    throw new IOException("no free port from " + lowest);
  }
}
