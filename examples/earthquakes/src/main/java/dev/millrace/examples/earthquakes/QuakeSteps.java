package dev.millrace.examples.earthquakes;

import dev.millrace.worker.StepContext;
import dev.millrace.worker.StepResult;
import dev.millrace.worker.WorkerBuilder;
import java.util.List;

/** The handlers of the steps in {@code quake-assessment.yaml}. Stateless. */
public final class QuakeSteps {
  /** Type of the failure of a quake that cannot be assessed; another attempt cannot help. */
  public static final String INVALID_QUAKE = "InvalidQuake";

  /** Type of the failure when the gazetteer is busy; another attempt may help. */
  public static final String GAZETTEER_BUSY = "GazetteerBusy";

  private QuakeSteps() {}

  /** Adds all handlers to a worker. */
  public static WorkerBuilder addTo(WorkerBuilder worker) {
    return worker
        .handler("validate", Quake.class, QuakeSteps::validate)
        .handler("enrich", Quake.class, QuakeSteps::enrich)
        .handler("assess-magnitude", Quake.class, QuakeSteps::assessMagnitude)
        .handler("assess-tsunami", Quake.class, QuakeSteps::assessTsunami)
        .handler("file", Quake.class, QuakeSteps::file)
        .handler("alert", QuakeSteps::alert);
  }

  static StepResult validate(Quake quake, StepContext context) {
    List<String> problems = Validation.problems(quake);
    return problems.isEmpty()
        ? StepResult.succeeded(new Validation(quake.magnitude() != null))
        : StepResult.failedForGood(INVALID_QUAKE, String.join("; ", problems));
  }

  static StepResult enrich(Quake quake, StepContext context) {
    try {
      return StepResult.succeeded(Gazetteer.lookUp(quake, context.attempt()));
    } catch (Gazetteer.BusyException e) {
      return StepResult.failed(GAZETTEER_BUSY, String.valueOf(e.getMessage()));
    }
  }

  static StepResult assessMagnitude(Quake quake, StepContext context) {
    return StepResult.succeeded(MagnitudeAssessment.of(quake));
  }

  static StepResult assessTsunami(Quake quake, StepContext context) {
    return StepResult.succeeded(TsunamiAssessment.of(quake));
  }

  static StepResult file(Quake quake, StepContext context) {
    return StepResult.succeeded(
        QuakeRecord.of(
            quake,
            context.dependency("enrich", Enrichment.class),
            context.dependency("assess-magnitude", MagnitudeAssessment.class),
            context.dependency("assess-tsunami", TsunamiAssessment.class)));
  }

  static StepResult alert(StepContext context) {
    return StepResult.succeeded(AlertDecision.of(context.dependency("file", QuakeRecord.class)));
  }
}
