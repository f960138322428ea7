package dev.millrace.perf;

import static java.util.Objects.requireNonNull;

import dev.millrace.perf.scaling.ScalingCourse;
import dev.millrace.perf.scaling.ScalingModel.Signal;
import dev.millrace.perf.scaling.ScalingPlot;
import dev.millrace.perf.scaling.ScalingScenario;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what comes of thresholds in a model of queue, engine and pods. */
@Command(
    name = "scaling-model",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = {
      "Runs the autoscaler of 'scaling' against a model of queue, engine and pods, in seconds.",
      "A table of thresholds, and a PNG file each for a step and a ramp of the load with 1,000"
          + " pods, and for a threshold too high for the lag alone."
    })
public final class ScalingModelBench implements Callable<Integer> {
  private static final int STEP = ScalingScenario.LITTLE_SECONDS;
  private static final int END = STEP + ScalingScenario.MUCH_SECONDS;
  private static final int POD_START_MS = 10_000;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private PlotOptions plots = new PlotOptions();

  @Option(
      names = "--pods",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Most pods in the plots.")
  private int pods;

  @Option(
      names = "--sweep-pods",
      paramLabel = "N",
      defaultValue = "12",
      description = "Most pods in the table.")
  private int sweepPods;

  @Option(
      names = "--partitions",
      split = ",",
      paramLabel = "N",
      defaultValue = "12",
      description = "Of the topic, in the table; 0 for a share group.")
  private List<Integer> partitions = List.of();

  @Option(
      names = "--even",
      description = "Only divisors of the partitions are wanted, where the lag is looked at.")
  private boolean isEven;

  @Option(names = "--slots", paramLabel = "N", defaultValue = "16", description = "Of a pod.")
  private int slots;

  @Option(
      names = "--run",
      split = ",",
      paramLabel = "MS",
      defaultValue = "20,100,500,2000,10000",
      description = "Mean times of handlers in the table.")
  private List<Integer> runs = List.of();

  @Option(
      names = "--threshold",
      split = ",",
      paramLabel = "N",
      defaultValue = "0.5,0.75,1,1.5,2,4",
      description = "Thresholds in the table, as multiples of the slots.")
  private List<Double> thresholds = List.of();

  @Option(
      names = "--start",
      split = ",",
      paramLabel = "MS",
      defaultValue = "3000,30000",
      description = "Times in which pods start, in the table.")
  private List<Integer> starts = List.of();

  @Override
  public Integer call() throws IOException {
    PrintWriter console = requireNonNull(spec, "injected").commandLine().getOut();
    Files.createDirectories(plots.folder());
    plot(console, "step", scenario(1, Signal.BACKLOG));
    plot(console, "ramp", scenario(1, Signal.BACKLOG));
    plot(console, "stuck", scenario(2, Signal.LAG));
    console.println(
        "partitions  run ms  start ms  threshold  signal   first new s  at target s  pods/needed "
            + " swing  most backlog");
    for (int count : partitions) {
      for (int run : runs) {
        for (int start : starts) {
          for (double threshold : thresholds) {
            for (Signal signal : Signal.values()) {
              ScalingScenario each =
                  new ScalingScenario(
                      sweepPods, count, isEven, slots, run, start, threshold, signal);
              row(console, each, each.run(each.step(), plots.seed()), 0);
            }
          }
        }
      }
    }
    return 0;
  }

  private ScalingScenario scenario(double threshold, Signal signal) {
    return new ScalingScenario(pods, 0, false, slots, 2_000, POD_START_MS, threshold, signal);
  }

  private void plot(PrintWriter console, String name, ScalingScenario scenario) throws IOException {
    ScalingCourse course =
        scenario.run(name.equals("ramp") ? scenario.ramp() : scenario.step(), plots.seed());
    Path file = plots.folder().resolve("scaling-%s.png".formatted(name));
    ScalingPlot.write(
        "%,d pods, threshold %s x slots, by %s"
            .formatted(
                scenario.most(),
                scenario.thresholdPerSlot(),
                scenario.signal().name().toLowerCase(Locale.ROOT)),
        course.points(),
        file);
    console.println(file);
    row(console, scenario, course, name.equals("ramp") ? ScalingScenario.RAMP_SECONDS : 0);
  }

  /** A line about the load's way up, which takes so many seconds. */
  private static void row(
      PrintWriter console, ScalingScenario scenario, ScalingCourse course, int rising) {
    double toTarget = course.secondsToTarget(STEP, END, scenario.allowedSeconds());
    double settled = STEP + (Double.isNaN(toTarget) ? 0 : toTarget) + rising;
    console.printf(
        Locale.ROOT,
        "%10d  %6d  %8d  %9.2f  %-7s  %11.0f  %11.0f  %11.2f  %5d  %,12d%n",
        scenario.partitions(),
        scenario.runMs(),
        scenario.startMs(),
        scenario.thresholdPerSlot(),
        scenario.signal().name().toLowerCase(Locale.ROOT),
        course.secondsToFirstNew(STEP, END),
        toTarget,
        course.meanWanted(END - 300, END) / scenario.needed(),
        course.swing(settled, END),
        course.mostBacklog(STEP, END));
    console.flush();
  }
}
