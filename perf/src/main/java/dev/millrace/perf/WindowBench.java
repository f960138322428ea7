package dev.millrace.perf;

import static java.util.Objects.requireNonNull;

import dev.millrace.perf.model.CoursePlot;
import dev.millrace.perf.model.QueueCourse;
import dev.millrace.perf.model.QueueModel;
import dev.millrace.perf.model.Scenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Plots how the windows of queues follow what workers do, in a model. */
@Command(
    name = "windows",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description =
        "Plots how the window of a queue follows its workers, in a model: a PNG file for each"
            + " load.")
public final class WindowBench implements Callable<Integer> {
  private static final int SETTLED_SECONDS = 10;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private PlotOptions plots = new PlotOptions();

  @Override
  public Integer call() throws IOException {
    PrintWriter console = requireNonNull(spec, "injected").commandLine().getOut();
    Files.createDirectories(plots.folder());
    for (Scenario scenario : Scenario.values()) {
      String name = scenario.name().toLowerCase(Locale.ROOT);
      QueueCourse course = QueueModel.run(scenario.load(), Scenario.SETTINGS, plots.seed());
      Path file = plots.folder().resolve("window-%s.png".formatted(name));
      CoursePlot.write(name, course, file);
      console.printf(
          "%-8s waiting within half and twice the target %.1f %% of the time, workers busy %.1f %%:"
              + " %s%n",
          name,
          100 * course.partWithinTwice(SETTLED_SECONDS),
          100 * course.utilisation(SETTLED_SECONDS),
          file);
    }
    console.flush();
    return 0;
  }
}
