package dev.millrace.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaTest {
  private static final Pattern STARTED_FOR_GOOD =
      Pattern.compile(
          "(metrics-meter-tick-thread|ForkJoinPool|VirtualThread-|process reaper|Common-Cleaner"
              + "|Cleaner-|Attach Listener|Reference Handler|Signal|CompletableFutureDelay"
              + "|junit-).*");

  @TempDir private Path folder;

  @Test
  void recordsSentAreReadByAGroup() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.builder().start()) {
      String servers = kafka.bootstrapServers();
      Records.createTopic(servers, "a");
      Records.send(servers, "a", List.of("1", "2", "3"));

      assertThat(Records.read(servers, "a", "g", 3)).containsExactly("1", "2", "3");
    }
  }

  @Test
  void transactionsWork() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.builder().start()) {
      String servers = kafka.bootstrapServers();
      Records.createTopic(servers, "a");
      try (KafkaProducer<String, String> producer = Records.transactionalProducer(servers, "t")) {
        producer.initTransactions();
        producer.beginTransaction();
        Future<RecordMetadata> sent = producer.send(new ProducerRecord<>("a", "1"));
        producer.commitTransaction();
        assertThat(sent).isDone();
      }

      assertThat(Records.read(servers, "a", "g", 1)).containsExactly("1");
    }
  }

  @Test
  void secondStartOnTheSameFolderKeepsTopicsRecordsAndOffsets() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.builder().dataDirectory(folder).start()) {
      String servers = kafka.bootstrapServers();
      Records.createTopic(servers, "a");
      Records.send(servers, "a", List.of("1", "2"));
      assertThat(Records.read(servers, "a", "g", 2)).containsExactly("1", "2");
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.builder().dataDirectory(folder).start()) {
      String servers = kafka.bootstrapServers();
      Records.send(servers, "a", List.of("3"));

      assertThat(Records.topics(servers)).contains("a");
      assertThat(Records.read(servers, "a", "g", 1)).containsExactly("3");
      assertThat(Records.read(servers, "a", "other", 3)).containsExactly("1", "2", "3");
    }
    assertThat(folder).isNotEmptyDirectory();
  }

  @Test
  void twoBrokersInOneJvmDoNotSeeEachOther() throws Exception {
    try (EmbeddedKafka first = EmbeddedKafka.builder().start();
        EmbeddedKafka second = EmbeddedKafka.builder().start()) {
      Records.createTopic(first.bootstrapServers(), "a");
      Records.createTopic(second.bootstrapServers(), "b");

      assertThat(Records.topics(first.bootstrapServers())).contains("a").doesNotContain("b");
      assertThat(Records.topics(second.bootstrapServers())).contains("b").doesNotContain("a");
    }
  }

  @Test
  void closeLeavesNeitherThreadsNorATemporaryFolder() throws Exception {
    Set<Thread> before = threads();
    EmbeddedKafka kafka = EmbeddedKafka.builder().start();
    Path data = kafka.dataDirectory();
    Records.createTopic(kafka.bootstrapServers(), "a");
    Records.send(kafka.bootstrapServers(), "a", List.of("1"));

    kafka.close();
    kafka.close();

    assertThat(data).doesNotExist();
    await()
        .pollInSameThread()
        .untilAsserted(() -> assertThat(threads()).as("threads left").allMatch(before::contains));
  }

  @Test
  void topicsAreNeverCreatedByUse() throws Exception {
    try (EmbeddedKafka kafka =
            EmbeddedKafka.builder().setting("log.flush.interval.messages", "1").start();
        KafkaProducer<String, String> producer = Records.producer(kafka.bootstrapServers())) {
      assertThatThrownBy(() -> producer.partitionsFor("nobody-made-this"))
          .isInstanceOf(org.apache.kafka.common.errors.TimeoutException.class);
    }
  }

  @Test
  void takenPortIsNamed() throws Exception {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      int port = socket.getLocalPort();

      assertThatThrownBy(
              () -> EmbeddedKafka.builder().dataDirectory(folder).brokerPort(port).start())
          .isInstanceOf(BrokerStartException.class)
          .hasMessageContaining("broker port " + port + " on 127.0.0.1: taken")
          .hasMessageContaining("choose another port");
    }
  }

  @Test
  void folderInUseIsNamedWithTheProcessThatHasIt() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.builder().dataDirectory(folder).start()) {
      assertThatThrownBy(() -> EmbeddedKafka.builder().dataDirectory(folder).start())
          .isInstanceOf(BrokerStartException.class)
          .hasMessageContaining("data folder " + folder)
          .hasMessageContaining("in use by a broker in process " + ProcessHandle.current().pid());

      Records.createTopic(kafka.bootstrapServers(), "still-works");
    }
  }

  @Test
  void folderThatIsAFileIsNamed() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");

    assertThatThrownBy(() -> EmbeddedKafka.builder().dataDirectory(file).start())
        .isInstanceOf(BrokerStartException.class)
        .hasMessageContaining("data folder " + file);
  }

  @Test
  void badSettingsAreRefusedAndLeaveTheFolderFree() {
    assertThatThrownBy(() -> EmbeddedKafka.builder().setting("listeners", "PLAINTEXT://:9092"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("broker setting 'listeners'");
    assertThatThrownBy(() -> EmbeddedKafka.builder().brokerPort(70_000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("70000");
    assertThatThrownBy(
            () ->
                EmbeddedKafka.builder()
                    .dataDirectory(folder)
                    .setting("num.io.threads", "many")
                    .start())
        .isInstanceOf(BrokerStartException.class)
        .hasMessageContaining("num.io.threads");

    EmbeddedKafka.builder().dataDirectory(folder).start().close();
  }

  /**
   * Threads of this JVM but for those that are started once and for all, whenever they are first
   * needed: of Kafka's metrics library, and of the JDK.
   */
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> !STARTED_FOR_GOOD.matcher(thread.getName()).matches())
        .collect(Collectors.toSet());
  }
}
