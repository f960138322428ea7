package dev.millrace.cli.definition;

import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.definition.Problem;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks definitions without connecting to anything. */
@Command(
    name = "lint",
    mixinStandardHelpOptions = true,
    description = "Checks workflow definitions, and shows everything that is wrong at once.")
public final class LintCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec command;

  @Parameters(paramLabel = "FILE", arity = "1..*", description = "Definitions in YAML or JSON.")
  private List<Path> files = List.of();

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    boolean refused = false;
    for (Path file : files) {
      ParsedDefinition parsed = DefinitionFile.parse(file);
      for (Problem problem : parsed.problems()) {
        out.println(problem.render(file.toString()));
      }
      switch (parsed) {
        case ParsedDefinition.Accepted accepted ->
            out.println(summary(file, accepted.definition()));
        case ParsedDefinition.Refused ignored -> refused = true;
      }
    }
    return refused ? ExitCode.SOFTWARE : ExitCode.OK;
  }

  private static String summary(Path file, WorkflowDefinition definition) {
    List<StepDefinition> steps = definition.steps();
    return "%s: ok: %s/%d, %d steps, %d dependencies, %d queues"
        .formatted(
            file,
            definition.name(),
            definition.version(),
            steps.size(),
            steps.stream().mapToInt(step -> step.dependsOn().size()).sum(),
            definition.queues().size());
  }
}
