package dev.millrace.cli.definition;

import dev.millrace.cli.CommandFailedException;
import dev.millrace.cli.connection.ConnectionOptions;
import dev.millrace.orchestrator.codec.DefinitionCodec;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.DefinitionDiff;
import dev.millrace.orchestrator.definition.DefinitionDiff.Difference;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/** Compares two definitions. As with {@code diff}, it is an error code that says they differ. */
@Command(
    name = "diff",
    mixinStandardHelpOptions = true,
    description = {
      "Compares two workflow definitions, step by step and field by field.",
      "Name and version are shown, and not compared."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:they have the same content",
      "1:they differ",
      "2:one of them is not there or no definition, or Kafka cannot be asked"
    })
public final class DiffCommand implements Callable<Integer> {
  private static final int SAME = 0;
  private static final int DIFFERENT = 1;

  /** Longest value on a line; JSON has all of it. */
  private static final int VALUE_CHARS = 100;

  private static final Pattern PUBLISHED = Pattern.compile("([^/]+)/([1-9][0-9]{0,8})");

  /** A definition and where it is from. */
  private record Side(String label, WorkflowDefinition definition) {}

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Mixin private ConnectionOptions where = new ConnectionOptions();

  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "A file, or NAME/VERSION of a published definition.")
  private String first = "";

  @Parameters(index = "1", paramLabel = "B", description = "Likewise.")
  private String second = "";

  @Option(names = "--json", description = "One JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    Side before = side(first);
    Side after = side(second);
    List<Difference> differences = DefinitionDiff.between(before.definition(), after.definition());
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(JsonMapper.shared().writeValueAsString(object(before, after, differences)));
    } else if (differences.isEmpty()) {
      out.printf("%s and %s have the same content%n", before.label(), after.label());
    } else {
      out.println("--- " + before.label());
      out.println("+++ " + after.label());
      print(out, differences);
    }
    return differences.isEmpty() ? SAME : DIFFERENT;
  }

  private Side side(String given) {
    try {
      Matcher published = PUBLISHED.matcher(given);
      Path file = Path.of(given);
      return published.matches() && !Files.exists(file)
          ? published(given, published.group(1), Integer.parseInt(published.group(2), 10))
          : file(file);
    } catch (CommandFailedException e) {
      // With code 1 the caller would take the failure for a difference.
      throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Side file(Path file) {
    ParsedDefinition parsed = DefinitionFile.parse(file);
    return switch (parsed) {
      case ParsedDefinition.Accepted accepted -> {
        WorkflowDefinition definition = accepted.definition();
        yield new Side(
            "%s/%d (%s)".formatted(definition.name(), definition.version(), file), definition);
      }
      case ParsedDefinition.Refused refused -> {
        refused
            .problems()
            .forEach(
                problem -> command.commandLine().getErr().println(problem.render(file.toString())));
        throw new CommandFailedException(
            "definition %s: %d errors; there is nothing to compare"
                .formatted(file, refused.problems().size()));
      }
    };
  }

  private Side published(String given, String name, int version) {
    PublishedDefinitions published =
        PublishedDefinitions.read(where.connect(), name, version, this::note);
    if (published.contents().isEmpty()) {
      throw new CommandFailedException(
          "definition %s: neither a file nor a published definition".formatted(given));
    }
    if (published.contents().size() > 1) {
      note(
          "definition %s was published with %d contents; the first, which new workflows get, is compared"
              .formatted(given, published.contents().size()));
    }
    try {
      return new Side(given, DefinitionCodec.fromAvro(published.contents().getFirst()));
    } catch (MalformedRecordException e) {
      throw new CommandFailedException(
          "definition %s: cannot be read: %s".formatted(given, e.getMessage()), e);
    }
  }

  private void note(String text) {
    command.commandLine().getErr().println("millrace: " + text);
  }

  private static void print(PrintWriter out, List<Difference> differences) {
    String step = "";
    for (Difference difference : differences) {
      boolean ofStep = !difference.step().isEmpty();
      if (ofStep && difference.field().isEmpty()) {
        out.println(
            switch (difference.change()) {
              case ADDED -> "+ step %s: %s".formatted(difference.step(), text(difference.after()));
              case REMOVED, CHANGED -> "- step " + difference.step();
            });
        continue;
      }
      if (ofStep && !difference.step().equals(step)) {
        step = difference.step();
        out.println("~ step " + step);
      }
      out.printf(
          "%s%s: %s -> %s%n",
          ofStep ? "    " : "~ ",
          difference.field(),
          text(difference.before()),
          text(difference.after()));
    }
  }

  private static String text(@Nullable Object value) {
    if (value == null) {
      return "(none)";
    }
    String text =
        value instanceof Map<?, ?> fields
            ? fields.entrySet().stream()
                .map(field -> field.getKey() + " " + field.getValue())
                .collect(Collectors.joining(", "))
            : value.toString();
    return text.length() <= VALUE_CHARS ? text : text.substring(0, VALUE_CHARS) + "...";
  }

  private static Map<String, Object> object(Side before, Side after, List<Difference> differences) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("before", before.label());
    object.put("after", after.label());
    object.put("differences", differences.stream().map(DiffCommand::object).toList());
    return object;
  }

  private static Map<String, Object> object(Difference difference) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("change", difference.change().name());
    if (!difference.step().isEmpty()) {
      object.put("step", difference.step());
    }
    if (!difference.field().isEmpty()) {
      object.put("field", difference.field());
    }
    if (difference.before() != null) {
      object.put("before", difference.before());
    }
    if (difference.after() != null) {
      object.put("after", difference.after());
    }
    return object;
  }
}
