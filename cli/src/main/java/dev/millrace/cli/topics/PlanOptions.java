package dev.millrace.cli.topics;

import dev.millrace.orchestrator.topics.TopicPlan;
import dev.millrace.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that size an installation. What is left out is left to the topics that exist. */
final class PlanOptions {
  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Option(
      names = "--queue",
      paramLabel = "NAME",
      description = "Worker queue that has a command topic; may be repeated.")
  private List<String> queues = List.of();

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description =
          "Partitions of the topics of starts, controls, completions and events; can never be changed ("
              + TopicPlan.DEFAULT_PARTITIONS
              + " for new ones).")
  private @Nullable Integer partitions;

  @Option(
      names = "--command-partitions",
      paramLabel = "N",
      description = "Partitions of each command topic, at least (as many as --partitions).")
  private @Nullable Integer commandPartitions;

  @Option(
      names = "--replication-factor",
      paramLabel = "N",
      description = "Replicas of each partition (the brokers' default).")
  private @Nullable Integer replicationFactor;

  @Option(
      names = "--input-retention",
      paramLabel = "PERIOD",
      description = "How long starts, controls, commands and completions are kept (7d).")
  private @Nullable Duration inputRetention;

  @Option(
      names = "--event-retention",
      paramLabel = "PERIOD",
      description = "How long events are kept (30d).")
  private @Nullable Duration eventRetention;

  @Option(
      names = "--dead-letter-retention",
      paramLabel = "PERIOD",
      description = "How long dead letters are kept (30d).")
  private @Nullable Duration deadLetterRetention;

  TopicPlan plan(Topics names) {
    TopicPlan.Builder plan = TopicPlan.builder(names);
    try {
      plan.queues(queues);
      set(partitions, plan::partitions);
      set(commandPartitions, plan::commandPartitions);
      set(replicationFactor, plan::replicationFactor);
      set(inputRetention, plan::inputRetention);
      set(eventRetention, plan::eventRetention);
      set(deadLetterRetention, plan::deadLetterRetention);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
    return plan.build();
  }

  private static <T> void set(@Nullable T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }
}
