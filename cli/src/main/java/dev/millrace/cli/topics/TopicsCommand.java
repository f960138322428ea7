package dev.millrace.cli.topics;

import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.orchestrator.topics.TopicAdmin;
import dev.millrace.orchestrator.topics.TopicDifference;
import dev.millrace.orchestrator.topics.TopicPlan;
import dev.millrace.orchestrator.topics.TopicSpec;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Creates, verifies and shows the topics of an installation. */
@Command(
    name = "topics",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Creates, verifies and shows the topics of an installation.")
public final class TopicsCommand {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Command(
      name = "apply",
      mixinStandardHelpOptions = true,
      description =
          "Creates missing topics, grows those that may grow, and sets their configuration; deletes and shrinks nothing.")
  int apply(@Mixin ConnectionOptions where, @Mixin PlanOptions options) {
    Connection connection = where.connect();
    TopicPlan plan = options.plan(connection.topics());
    try (Admin admin = Admin.create(connection.kafka(Map.of()))) {
      List<TopicDifference> fixed = new TopicAdmin(admin).apply(plan);
      PrintWriter out = out();
      fixed.forEach(difference -> out.println("fixed  " + difference.describe()));
      out.printf("%d topics are as they must be%n", plan.topics().size());
    }
    return ExitCode.OK;
  }

  @Command(
      name = "check",
      mixinStandardHelpOptions = true,
      description = "Lists every difference and what to do about it; changes nothing.")
  int check(@Mixin ConnectionOptions where, @Mixin PlanOptions options) {
    Connection connection = where.connect();
    TopicPlan plan = options.plan(connection.topics());
    try (Admin admin = Admin.create(connection.kafka(Map.of()))) {
      List<TopicDifference> differences = new TopicAdmin(admin).check(plan);
      PrintWriter out = out();
      for (TopicDifference difference : differences) {
        out.println((difference.fixable() ? "apply  " : "ERROR  ") + difference.describe());
      }
      if (differences.isEmpty()) {
        out.printf("%d topics are as they must be%n", plan.topics().size());
      }
      return differences.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
    }
  }

  @Command(
      name = "print",
      mixinStandardHelpOptions = true,
      description = "Shows the topics as they are planned, for those who create them elsewhere.")
  int print(@Mixin ConnectionOptions where, @Mixin PlanOptions options) {
    PrintWriter out = out();
    for (TopicSpec spec : options.plan(where.names()).topics()) {
      String configs =
          spec.configs().entrySet().stream()
              .map(entry -> entry.getKey() + "=" + entry.getValue().value())
              .collect(Collectors.joining(" "));
      int partitions = spec.partitions().orElse(TopicPlan.DEFAULT_PARTITIONS);
      out.printf("%s  partitions=%d  %s%n", spec.name(), partitions, configs);
    }
    return ExitCode.OK;
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }
}
