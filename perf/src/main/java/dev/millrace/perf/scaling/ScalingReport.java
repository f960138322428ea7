package dev.millrace.perf.scaling;

import dev.millrace.perf.report.MachineDescription;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A closed loop as it went.
 *
 * @param machine what it ran on
 * @param plan what it was put to
 * @param began when each phase began, in seconds from the beginning
 * @param figures what is asked of it
 * @param verdict what became of the workflows
 * @param points second by second
 */
public record ScalingReport(
    MachineDescription machine,
    ScalingPlan plan,
    Map<String, Double> began,
    Figures figures,
    ScalingVerdict verdict,
    List<ScalingPoint> points) {

  /**
   * Times in seconds; not a number where it never came to that.
   *
   * @param startUp from the start of a worker's process to its first command, the longest of those
   *     that came while there was work
   * @param firstNew from the step of the load to the first command of a worker that came after it;
   *     not a number when there were enough already
   * @param firstNewGoal one look of the HorizontalPodAutoscaler and the start of a worker
   * @param toTarget from the step of the load until nothing was held and little waited
   * @param swing by how many workers their number rose again after it had begun to fall, from then
   *     on and while the load was the same
   * @param fromZero from the first start, with no worker there, to the first command
   * @param fromZeroGoal one look of KEDA and the start of a worker
   * @param died workers that ended by themselves, in place of which others came
   */
  public record Figures(
      double startUp,
      double firstNew,
      double firstNewGoal,
      double toTarget,
      int swing,
      double fromZero,
      double fromZeroGoal,
      int died) {}

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  public ScalingReport {
    began = Map.copyOf(began);
    points = List.copyOf(points);
  }

  public void write(Path file) {
    JSON.writeValue(file.toFile(), this);
  }

  /** What it says, in lines. */
  public String text() {
    return """
    start of a worker                     %5.1f s to its first command
    first new worker after the step       %5.1f s, goal %.1f s
    backlog at its target after the step  %5.1f s, goal 120 s
    workers swing after settling by       %5d, goal 1
    first command from zero               %5.1f s, goal %.1f s
    workers that ended by themselves      %5d
    workflows started %,d, succeeded %,d; commands run %,d, run twice %,d; further attempts %,d; completed twice %,d\
    """
        .formatted(
            figures.startUp(),
            figures.firstNew(),
            figures.firstNewGoal(),
            figures.toTarget(),
            figures.swing(),
            figures.fromZero(),
            figures.fromZeroGoal(),
            figures.died(),
            verdict.started(),
            verdict.succeeded(),
            verdict.ran(),
            verdict.ranTwice(),
            verdict.furtherAttempts(),
            verdict.completedTwice());
  }
}
