package dev.millrace.kafka;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/**
 * An {@link EmbeddedKafka} as a process of its own, for tests that kill it and benchmarks that
 * account for it. Prints one line on standard output when it takes requests, {@code READY
 * 127.0.0.1:port}; everything else goes to standard error. Stops cleanly on SIGTERM.
 */
@Command(
    name = "broker-process",
    mixinStandardHelpOptions = true,
    description = "Runs a one-node Kafka broker on 127.0.0.1 until it is stopped.")
public final class BrokerProcess implements Callable<Integer> {
  /** What the line on standard output that says that the broker is up starts with. */
  public static final String READY = "READY ";

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder that keeps topics over restarts; temporary if absent.")
  private @Nullable Path data;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "0",
      description = "Port for clients; 0 takes a free one.")
  private int port;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Broker setting of Kafka's, such as log.flush.interval.messages=1.")
  private Map<String, String> settings = Map.of();

  @Option(
      names = "--exit-with-parent",
      description = "Stop when standard input ends, as it does when the starter dies.")
  private boolean exitWithParent;

  public static void main(String[] args) {
    // Takes effect with Logback only, and only if nobody chose a configuration.
    if (System.getProperty("logback.configurationFile") == null) {
      System.setProperty("logback.configurationFile", "dev/millrace/kafka/broker-logback.xml");
    }
    System.exit(new CommandLine(new BrokerProcess()).execute(args));
  }

  @Override
  public Integer call() throws InterruptedException {
    EmbeddedKafka.Builder builder = EmbeddedKafka.builder().brokerPort(port);
    if (data != null) {
      builder.dataDirectory(data);
    }
    settings.forEach(builder::setting);
    EmbeddedKafka kafka;
    try {
      kafka = builder.start();
    } catch (BrokerStartException | IllegalArgumentException e) {
      System.err.println(e.getMessage());
      return ExitCode.SOFTWARE;
    }
    CountDownLatch stop = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "broker-close"));
    if (exitWithParent) {
      Thread.ofPlatform().daemon().name("parent-watch").start(() -> awaitEndOfInput(stop));
    }
    System.out.println(READY + kafka.bootstrapServers());
    stop.await();
    return ExitCode.OK;
  }

  private static void awaitEndOfInput(CountDownLatch stop) {
    try {
      while (System.in.read() >= 0) {
        // What comes in does not matter, only that it ends.
      }
    } catch (IOException e) {
      System.err.println("standard input cannot be read (" + e + "); stopping");
    }
    stop.countDown();
  }
}
