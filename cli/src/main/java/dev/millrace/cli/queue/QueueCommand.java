package dev.millrace.cli.queue;

import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.schemas.QueueSettings;
import dev.millrace.schemas.QueueTarget;
import java.time.Instant;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Pauses and limits queues. */
@Command(
    name = "queue",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Pauses queues and limits what is sent to them; 'millrace queues' shows what is set.",
      "Steps that may not be sent wait in the engine."
    })
public final class QueueCommand {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Sends nothing more until it is resumed; what is sent already goes on.")
  int pause(
      @Mixin ConnectionOptions where,
      @Mixin GivenQueue queue,
      @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for who looks.")
          String reason) {
    QueueSettings.Pause pause;
    try {
      pause =
          new QueueSettings.Pause(
              System.getProperty("user.name", ""), Instant.now(), reason == null ? "" : reason);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
    }
    return change(where, queue.target(), "is paused", former -> former.withPause(pause));
  }

  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Sends what has waited, in its order, as windows and limits allow.")
  int resume(@Mixin ConnectionOptions where, @Mixin GivenQueue queue) {
    return change(where, queue.target(), "is not paused", former -> former.withPause(null));
  }

  @Command(
      name = "limit",
      mixinStandardHelpOptions = true,
      description =
          "Sets the rate, the number of open attempts or the breaker; 'none' takes one away.")
  int limit(@Mixin ConnectionOptions where, @Mixin GivenQueue queue, @Mixin GivenLimits limits) {
    QueueTarget target = queue.target();
    limits.on(QueueSettings.NONE); // so that what is wrong is known before Kafka is asked
    return change(where, target, "is limited", limits::on);
  }

  private int change(
      ConnectionOptions where,
      QueueTarget target,
      String effect,
      UnaryOperator<QueueSettings> change) {
    try (QueueSettingsTopic topic = new QueueSettingsTopic(where.connect(), target)) {
      QueueSettings now = topic.change(change);
      command
          .commandLine()
          .getOut()
          .printf("queue %s %s: %s%n", target, effect, QueueSettingsText.of(now));
    }
    return ExitCode.OK;
  }
}
