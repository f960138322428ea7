package dev.millrace.orchestrator.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Range.between;

import dev.millrace.schemas.Topics;
import java.time.Duration;
import org.apache.kafka.common.config.ConfigDef;

/** The engine's own settings: types, defaults, bounds and what they mean. */
final class EngineKeys {
  static final ConfigDef ALL =
      new ConfigDef()
          .define(
              EngineConfig.BOOTSTRAP_SERVERS,
              ConfigDef.Type.LIST,
              ConfigDef.NO_DEFAULT_VALUE,
              HIGH,
              "Kafka brokers.")
          .define(
              EngineConfig.SCHEMA_REGISTRY_URL,
              ConfigDef.Type.STRING,
              ConfigDef.NO_DEFAULT_VALUE,
              HIGH,
              "URL of a Confluent-compatible schema registry.")
          .define(
              EngineConfig.TOPIC_PREFIX,
              ConfigDef.Type.STRING,
              Topics.DEFAULT_PREFIX,
              MEDIUM,
              "What the name of every topic starts with.")
          .define(
              EngineConfig.APPLICATION_ID,
              ConfigDef.Type.STRING,
              "millrace-engine",
              MEDIUM,
              "Consumer group of the engine and prefix of its changelog topic. Never change it: the"
                  + " state is found by it.")
          .define(
              EngineConfig.STATE_DIR,
              ConfigDef.Type.STRING,
              "millrace-state",
              MEDIUM,
              "Folder of RocksDB.")
          .define(
              EngineConfig.GUARANTEE,
              ConfigDef.Type.STRING,
              Guarantee.AT_LEAST_ONCE.configValue(),
              MEDIUM,
              "at-least-once or exactly-once.")
          .define(
              EngineConfig.STREAM_THREADS,
              ConfigDef.Type.INT,
              2,
              between(1, 256),
              MEDIUM,
              "Stream threads; one a core.")
          .define(
              EngineConfig.COMMIT_INTERVAL_MS,
              ConfigDef.Type.INT,
              1_000,
              between(1, 60_000),
              MEDIUM,
              "How often state is committed: what a crash makes the engine read again. Under"
                  + " exactly-once also how long readers of committed records wait.")
          .define(
              EngineConfig.RECORD_CACHE_BYTES,
              ConfigDef.Type.LONG,
              64L << 20,
              atLeast(1 << 20),
              MEDIUM,
              "Heap for workflows changed since the last commit, all threads together. When it"
                  + " fills, state is written early and throughput falls.")
          .define(
              EngineConfig.ROCKSDB_BYTES,
              ConfigDef.Type.LONG,
              256L << 20,
              atLeast(8 << 20),
              MEDIUM,
              "Memory outside the heap for RocksDB's blocks and write buffers, all tasks together.")
          .define(
              EngineConfig.RETENTION_MS,
              ConfigDef.Type.LONG,
              Duration.ofDays(1).toMillis(),
              atLeast(1_000),
              MEDIUM,
              "How long the summary of an ended workflow is kept: for queries, and to recognise a"
                  + " second start with the same id.")
          .define(
              EngineConfig.DEFINITION_WAIT_MS,
              ConfigDef.Type.LONG,
              10_000L,
              between(0, 600_000),
              LOW,
              "How long a start waits for its definition or queue before it is rejected.")
          .define(
              EngineConfig.CONTROL_WAIT_MS,
              ConfigDef.Type.LONG,
              Duration.ofMinutes(1).toMillis(),
              between(0, Duration.ofDays(1).toMillis()),
              LOW,
              "How long a control waits for the start of its workflow before it is rejected. Longer"
                  + " than the reading of starts may lag behind that of controls.")
          .define(
              EngineConfig.TIMER_TICK_MS,
              ConfigDef.Type.LONG,
              20L,
              between(1, 10_000),
              LOW,
              "How often due timers are looked for.")
          .define(
              EngineConfig.QUEUE_WINDOW,
              ConfigDef.Type.INT,
              10_000,
              between(1, 1_000_000),
              MEDIUM,
              "Most attempts of a queue that are open at once, in each partition. Further steps"
                  + " wait in the engine, by priority, tenant and age.")
          .define(
              EngineConfig.QUEUE_TARGET_MS,
              ConfigDef.Type.LONG,
              500L,
              between(10, 3_600_000),
              MEDIUM,
              "How long commands are to wait for a worker: windows shrink below the largest so that"
                  + " they wait no longer.")
          .define(
              EngineConfig.JSON_QUEUES,
              ConfigDef.Type.LIST,
              "",
              LOW,
              "Queues whose commands are written as JSON, for workers without Avro; the same for"
                  + " all engines of the application id.")
          .define(
              EngineConfig.LAG_INTERVAL_MS,
              ConfigDef.Type.LONG,
              1_000L,
              between(100, 60_000),
              LOW,
              "How often it is looked how far the workers of all queues are behind.")
          .define(
              EngineConfig.INTAKE_OPEN_WORKFLOWS,
              ConfigDef.Type.LONG,
              2_000_000L,
              between(0, Long.MAX_VALUE / 100),
              MEDIUM,
              "Workflows that this engine has open when it takes no more: further starts wait in"
                  + " Kafka. 0 for no limit.")
          .define(
              EngineConfig.INTAKE_STATE_BYTES,
              ConfigDef.Type.LONG,
              0L,
              between(0, Long.MAX_VALUE / 100),
              MEDIUM,
              "Size of this engine's state on disk at which starts wait in Kafka. 0 for no limit.")
          .define(
              EngineConfig.INTAKE_DISK_FREE_PERCENT,
              ConfigDef.Type.INT,
              5,
              between(0, 50),
              MEDIUM,
              "Free part of the volume of the state below which starts wait in Kafka. 0 for none.")
          .define(
              EngineConfig.INTAKE_RESTORE_RECORDS,
              ConfigDef.Type.LONG,
              0L,
              between(0, Long.MAX_VALUE / 100),
              LOW,
              "Records of state that this engine has still to restore at which starts wait in"
                  + " Kafka, also those of partitions that are ready. 0 for no limit.")
          .define(
              EngineConfig.INTAKE_RESUME_PERCENT,
              ConfigDef.Type.INT,
              90,
              between(10, 99),
              LOW,
              "To which part of its limit a figure of the intake must fall until starts are taken"
                  + " again.")
          .define(
              EngineConfig.REPLICATION_FACTOR,
              ConfigDef.Type.INT,
              -1,
              atLeast(-1),
              MEDIUM,
              "Replicas of the changelog topic; -1 for the broker's default.")
          .define(
              EngineConfig.HTTP_HOST,
              ConfigDef.Type.STRING,
              "127.0.0.1",
              LOW,
              "Address of the HTTP server.")
          .define(
              EngineConfig.HTTP_PORT,
              ConfigDef.Type.INT,
              8_480,
              between(0, 65_535),
              LOW,
              "Port of the HTTP server; 0 for any free one.")
          .define(
              EngineConfig.HTTP_ADVERTISED,
              ConfigDef.Type.STRING,
              "",
              LOW,
              "Where the other engines of the application id reach the HTTP server of this one:"
                  + " host or host:port, different for each of them. If empty: http.host, or this"
                  + " host's own name if that is a wildcard such as 0.0.0.0; and the port that is"
                  + " bound.");

  private EngineKeys() {}
}
