package dev.millrace.orchestrator.topics;

import dev.millrace.kafka.EmbeddedKafka;
import dev.millrace.schemas.Topics;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests on one broker, each with topics of its own. */
abstract class AdminCase {
  private static final AtomicInteger INSTALLATIONS = new AtomicInteger();
  private static EmbeddedKafka kafka;
  protected static Admin admin;

  protected final Topics names = new Topics("t" + INSTALLATIONS.incrementAndGet() + ".");

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.builder().start();
    admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }

  @AfterAll
  static void stopBroker() {
    admin.close();
    kafka.close();
  }
}
