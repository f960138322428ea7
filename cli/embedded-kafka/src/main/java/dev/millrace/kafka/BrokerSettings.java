package dev.millrace.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What the broker is told, made for one node on a small box that is shared with its clients. */
final class BrokerSettings {
  static final String HOST = "127.0.0.1";
  static final String CONTROLLER_LISTENER = "CONTROLLER";
  private static final String BROKER_LISTENER = "BROKER";

  /** Settings that follow from the builder's own; a second opinion on them is refused. */
  private static final Set<String> OWNED =
      Set.of(
          "process.roles",
          "node.id",
          "broker.id",
          "log.dir",
          "log.dirs",
          "metadata.log.dir",
          "listeners",
          "advertised.listeners",
          "listener.security.protocol.map",
          "inter.broker.listener.name",
          "controller.listener.names",
          "controller.quorum.voters",
          "controller.quorum.bootstrap.servers");

  private static final Map<String, String> DEFAULTS =
      Map.ofEntries(
          Map.entry("auto.create.topics.enable", "false"),
          // One node: every internal topic has one replica, and few partitions, which start faster.
          Map.entry("default.replication.factor", "1"),
          Map.entry("min.insync.replicas", "1"),
          Map.entry("offsets.topic.replication.factor", "1"),
          Map.entry("offsets.topic.num.partitions", "4"),
          Map.entry("transaction.state.log.replication.factor", "1"),
          Map.entry("transaction.state.log.min.isr", "1"),
          Map.entry("transaction.state.log.num.partitions", "4"),
          Map.entry("share.coordinator.state.topic.replication.factor", "1"),
          Map.entry("share.coordinator.state.topic.min.isr", "1"),
          Map.entry("share.coordinator.state.topic.num.partitions", "2"),
          // Nobody has to wait for further members of a group, nor for the next round of
          // assignment.
          Map.entry("group.initial.rebalance.delay.ms", "0"),
          Map.entry("group.streams.initial.rebalance.delay.ms", "0"),
          Map.entry("group.consumer.assignment.interval.ms", "0"),
          Map.entry("group.streams.assignment.interval.ms", "0"),
          Map.entry("group.share.assignment.interval.ms", "0"),
          // Threads and buffers for two cores; the cleaner alone would take 128 MiB at its default.
          Map.entry("num.network.threads", "2"),
          Map.entry("num.io.threads", "4"),
          Map.entry("background.threads", "2"),
          Map.entry("num.recovery.threads.per.data.dir", "2"),
          Map.entry("num.replica.fetchers", "1"),
          Map.entry("group.coordinator.threads", "2"),
          Map.entry("share.coordinator.threads", "1"),
          Map.entry("log.cleaner.dedupe.buffer.size", Integer.toString(4 * 1024 * 1024)),
          Map.entry("broker.heartbeat.interval.ms", "500"),
          // An idle development broker need not write to its metadata log twice a second.
          Map.entry("metadata.max.idle.interval.ms", "5000"),
          // Several brokers may live in one JVM, and their MBeans would have the same names.
          Map.entry("metric.reporters", ""));

  /** After a kill the controller lets the node in again only when its old session has run out. */
  private static final String SESSION_MS = "3000";

  /**
   * Nobody starts a broker again whose data went with it. The controller of a busy machine would
   * take it for dead only to elect it again, and all that leaders have in memory would be lost.
   */
  private static final String TEMPORARY_SESSION_MS = "300000";

  private BrokerSettings() {}

  /**
   * Fails on a setting that is not the caller's to choose.
   *
   * @throws IllegalArgumentException when the builder has a method for it, or no choice at all
   */
  static void checkFree(String name) {
    if (OWNED.contains(name)) {
      throw new IllegalArgumentException(
          "broker setting '%s': follows from the data folder and the ports; set those instead"
              .formatted(name));
    }
  }

  static Map<String, String> of(
      DataDirectory data, int brokerPort, int controllerPort, Map<String, String> extra) {
    String broker = "%s://%s:%d".formatted(BROKER_LISTENER, HOST, brokerPort);
    Map<String, String> settings = new HashMap<>(DEFAULTS);
    settings.put(
        "broker.session.timeout.ms", data.isTemporary() ? TEMPORARY_SESSION_MS : SESSION_MS);
    settings.putAll(extra);
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(DataDirectory.NODE_ID));
    settings.put("log.dirs", data.logs().toString());
    settings.put(
        "listeners", "%s,%s://%s:%d".formatted(broker, CONTROLLER_LISTENER, HOST, controllerPort));
    settings.put("advertised.listeners", broker);
    settings.put(
        "listener.security.protocol.map",
        "%s:PLAINTEXT,%s:PLAINTEXT".formatted(BROKER_LISTENER, CONTROLLER_LISTENER));
    settings.put("inter.broker.listener.name", BROKER_LISTENER);
    settings.put("controller.listener.names", CONTROLLER_LISTENER);
    settings.put(
        "controller.quorum.voters",
        "%d@%s:%d".formatted(DataDirectory.NODE_ID, HOST, controllerPort));
    return settings;
  }
}
