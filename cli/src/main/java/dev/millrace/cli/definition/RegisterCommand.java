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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
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
 * Publishes definitions to the definitions topic, none of them if one cannot be. A published
 * version never changes: the same content again is fine, another is refused. Two that register at
 * the same moment are not told apart; an engine takes the first record that it reads.
 */
@Command(
    name = "register",
    mixinStandardHelpOptions = true,
    description =
        "Publishes workflow definitions, none if one of them is wrong; a published version never changes.")
public final class RegisterCommand implements Callable<Integer> {
  /**
   * A definition of a file.
   *
   * @param record as it goes into the topic
   */
  private record Given(
      Path file,
      dev.millrace.orchestrator.core.definition.WorkflowDefinition definition,
      WorkflowDefinition record) {
    String key() {
      return record.getName() + "/" + record.getVersion();
    }
  }

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Definitions in YAML or JSON.")
  private List<Path> files = List.of();

  @Option(
      names = "--apply-topics",
      description = "Create the command topics of their queues if they are missing.")
  private boolean applyTopics;

  @Override
  public Integer call() {
    List<Given> given = accepted();
    checkKeys(given);
    Connection connection = where.connect();
    AvroCodec<WorkflowDefinition> codec =
        new AvroCodec<>(
            WorkflowDefinition.class, connection.topics().definitions(), connection.registry());
    Map<String, byte[]> toSend = new LinkedHashMap<>();
    for (Given each : given) {
      if (isPublished(connection, each.record())) {
        out().println(each.key() + " is published already, with the same content");
      } else {
        toSend.put(each.key(), encoded(codec, each));
      }
    }
    prepareQueues(connection, given);
    try (RecordSender sender = new RecordSender(connection)) {
      toSend.forEach(
          (key, value) -> {
            sender.send(connection.topics().definitions(), key, value);
            out().println("published " + key);
          });
    }
    return ExitCode.OK;
  }

  /** What the files hold; everything that is wrong in any of them is shown. */
  private List<Given> accepted() {
    List<Given> accepted = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (Path file : files) {
      ParsedDefinition parsed = DefinitionFile.parse(file);
      for (Problem problem : parsed.problems()) {
        command.commandLine().getErr().println(problem.render(file.toString()));
      }
      switch (parsed) {
        case ParsedDefinition.Accepted ok ->
            accepted.add(new Given(file, ok.definition(), DefinitionCodec.toAvro(ok.definition())));
        case ParsedDefinition.Refused bad ->
            refused.add("%s: %d errors".formatted(file, bad.problems().size()));
      }
    }
    if (!refused.isEmpty()) {
      throw new CommandFailedException(
          "definition %s; nothing was published".formatted(String.join(", ", refused)));
    }
    return accepted;
  }

  private static void checkKeys(List<Given> given) {
    Map<String, Path> files = new HashMap<>();
    for (Given each : given) {
      Path other = files.put(each.key(), each.file());
      if (other != null) {
        throw new CommandFailedException(
            "definition %s: in %s and in %s; give one of them. Nothing was published"
                .formatted(each.key(), other, each.file()));
      }
    }
  }

  /** Whether there is nothing to do for a definition. */
  private boolean isPublished(Connection connection, WorkflowDefinition record) {
    PublishedDefinitions published =
        PublishedDefinitions.read(
            connection,
            record.getName(),
            record.getVersion(),
            warning -> command.commandLine().getErr().println("millrace: " + warning));
    if (published.contents().stream().anyMatch(content -> !content.equals(record))) {
      throw new CommandFailedException(
          "definition %s: version %d is published with another content and never changes; give this one a higher version: %d is the next. Nothing was published"
              .formatted(record.getName(), record.getVersion(), published.highestVersion() + 1));
    }
    return !published.contents().isEmpty();
  }

  private static byte[] encoded(AvroCodec<WorkflowDefinition> codec, Given given) {
    byte[] value = codec.encode(given.record());
    if (value.length > Limits.RECORD_BYTES) {
      throw new CommandFailedException(
          "definition %s: %d bytes as a record, at most %d; shorten its names or split it. Nothing was published"
              .formatted(given.key(), value.length, Limits.RECORD_BYTES));
    }
    return value;
  }

  /** A step whose queue has no topic could never be dispatched. */
  private void prepareQueues(Connection connection, List<Given> given) {
    SortedSet<String> queues =
        given.stream()
            .flatMap(each -> each.definition().queues().stream())
            .collect(Collectors.toCollection(TreeSet::new));
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
            "definition %s: the queues %s need topics that are not there or not right; run this again with --apply-topics, or 'millrace topics apply%s'"
                .formatted(
                    given.stream()
                        .map(each -> each.file().toString())
                        .collect(Collectors.joining(", ")),
                    queues,
                    queues.stream()
                        .map(queue -> " --queue " + queue)
                        .collect(Collectors.joining())));
      }
    }
  }

  private PrintWriter out() {
    return command.commandLine().getOut();
  }
}
