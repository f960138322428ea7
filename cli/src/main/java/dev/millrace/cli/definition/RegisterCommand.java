package dev.millrace.cli.definition;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.Connection;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.cli.connection.RecordSender;
import dev.millrace.orchestrator.codec.DefinitionCodec;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.definition.Problem;
import dev.millrace.orchestrator.topics.TopicAdmin;
import dev.millrace.orchestrator.topics.TopicPlan;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.v1.WorkflowDefinition;
import dev.millrace.schemas.wire.AvroCodec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Publishes a definition to the definitions topic. A published version never changes: the same
 * content again is fine, another is refused. Two that register at the same moment are not told
 * apart; an engine takes the first record that it reads.
 */
@Command(
    name = "register",
    mixinStandardHelpOptions = true,
    description = "Publishes a workflow definition; a published version never changes.")
public final class RegisterCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(paramLabel = "FILE", description = "The definition in YAML or JSON.")
  private Path file = Path.of("");

  @Option(
      names = "--apply-topics",
      description = "Create the command topics of its queues if they are missing.")
  private boolean applyTopics;

  @Override
  public Integer call() {
    dev.millrace.orchestrator.core.definition.WorkflowDefinition definition = accepted();
    WorkflowDefinition record = DefinitionCodec.toAvro(definition);
    String key = record.getName() + "/" + record.getVersion();
    Connection connection = where.connect();
    prepareQueues(connection, definition.queues());
    String topic = connection.topics().definitions();
    PrintWriter out = command.commandLine().getOut();
    PublishedDefinitions published =
        PublishedDefinitions.read(
            connection,
            record.getName(),
            record.getVersion(),
            warning -> command.commandLine().getErr().println("millrace: " + warning));
    if (published.contents().stream().anyMatch(content -> !content.equals(record))) {
      throw new CommandFailedException(
          "definition %s: version %d is published with another content and never changes; give this one a higher version: %d is the next"
              .formatted(record.getName(), record.getVersion(), published.highestVersion() + 1));
    }
    if (!published.contents().isEmpty()) {
      out.println(key + " is published already, with the same content");
      return ExitCode.OK;
    }
    byte[] value =
        new AvroCodec<>(WorkflowDefinition.class, topic, connection.registry()).encode(record);
    if (value.length > Limits.RECORD_BYTES) {
      throw new CommandFailedException(
          "definition %s: %d bytes as a record, at most %d; shorten its names or split it"
              .formatted(key, value.length, Limits.RECORD_BYTES));
    }
    RecordSender.send(connection, topic, key, value);
    out.println("published " + key);
    return ExitCode.OK;
  }

  private dev.millrace.orchestrator.core.definition.WorkflowDefinition accepted() {
    ParsedDefinition parsed = DefinitionFile.parse(file);
    for (Problem problem : parsed.problems()) {
      command.commandLine().getErr().println(problem.render(file.toString()));
    }
    return switch (parsed) {
      case ParsedDefinition.Accepted accepted -> accepted.definition();
      case ParsedDefinition.Refused refused ->
          throw new CommandFailedException(
              "definition %s: %d errors; nothing was published"
                  .formatted(file, refused.problems().size()));
    };
  }

  /** A step whose queue has no topic could never be dispatched. */
  private void prepareQueues(Connection connection, SortedSet<String> queues) {
    TopicPlan plan = TopicPlan.builder(connection.topics()).queues(queues).build();
    try (Admin admin = Admin.create(connection.kafka(Map.of()))) {
      TopicAdmin topics = new TopicAdmin(admin);
      if (applyTopics) {
        topics.apply(plan);
        return;
      }
      TreeSet<String> wanted =
          queues.stream()
              .map(connection.topics()::commands)
              .collect(Collectors.toCollection(TreeSet::new));
      topics.check(plan).forEach(difference -> wanted.remove(difference.topic()));
      if (wanted.size() < queues.size()) {
        throw new CommandFailedException(
            "definition %s: its queues %s need topics that are not there or not right; run this again with --apply-topics, or 'millrace topics apply%s'"
                .formatted(
                    file,
                    queues,
                    queues.stream()
                        .map(queue -> " --queue " + queue)
                        .collect(Collectors.joining())));
      }
    }
  }
}
