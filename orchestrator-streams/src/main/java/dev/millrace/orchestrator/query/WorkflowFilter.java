package dev.millrace.orchestrator.query;

import dev.millrace.orchestrator.codec.WorkflowSummary;
import dev.millrace.orchestrator.core.graph.CompiledAction;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.StepStatus;
import dev.millrace.orchestrator.core.state.WorkflowStatus;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which workflows are meant. Every part that is given must fit.
 *
 * @param status where they are in their life
 * @param definition name of their definition
 * @param version version of that definition; 0 for any
 * @param tenant their owner; empty for the default tenant
 * @param failure type of the failure that they ended with
 * @param startedBefore they started before this time
 * @param startedAfter they started at this time or later
 * @param signal name of a signal that one of their steps waits for
 */
public record WorkflowFilter(
    @Nullable WorkflowStatus status,
    @Nullable String definition,
    int version,
    @Nullable String tenant,
    @Nullable String failure,
    @Nullable Instant startedBefore,
    @Nullable Instant startedAfter,
    @Nullable String signal) {
  /** Every workflow. */
  public static final WorkflowFilter ALL = of(Map.of());

  private static final String STATUS = "status";
  private static final String DEFINITION = "definition";
  private static final String TENANT = "tenant";
  private static final String FAILURE = "failure";
  private static final String STARTED_BEFORE = "started-before";
  private static final String STARTED_AFTER = "started-after";
  private static final String SIGNAL = "signal";
  private static final Set<String> NAMES =
      Set.of(STATUS, DEFINITION, TENANT, FAILURE, STARTED_BEFORE, STARTED_AFTER, SIGNAL);

  /**
   * A filter as people write it: {@code status=RUNNING}, {@code definition=order} or {@code
   * order/3}, {@code tenant}, {@code failure}, {@code started-before} and {@code started-after} in
   * ISO 8601 with an offset, {@code signal}.
   *
   * @throws IllegalArgumentException when a name is unknown or a value makes no sense; the message
   *     names both and what is allowed
   */
  public static WorkflowFilter of(Map<String, String> written) {
    for (String name : written.keySet()) {
      if (!NAMES.contains(name)) {
        throw new IllegalArgumentException(
            "filter '%s' is not known; there are %s"
                .formatted(name, String.join(", ", new TreeSet<>(NAMES))));
      }
    }
    String definition = written.get(DEFINITION);
    int slash = definition == null ? -1 : definition.lastIndexOf('/');
    return new WorkflowFilter(
        status(written.get(STATUS)),
        definition == null || slash < 0 ? definition : definition.substring(0, slash),
        definition == null || slash < 0 ? 0 : version(definition, slash),
        written.get(TENANT),
        written.get(FAILURE),
        time(STARTED_BEFORE, written.get(STARTED_BEFORE)),
        time(STARTED_AFTER, written.get(STARTED_AFTER)),
        written.get(SIGNAL));
  }

  /** Whether a workflow is meant, as far as its summary tells: not by its signal. */
  boolean fits(WorkflowSummary workflow) {
    Instant started = Instant.ofEpochMilli(workflow.startedAtMs());
    return (status == null || workflow.status() == status)
        && (startedBefore == null || started.isBefore(startedBefore))
        && (startedAfter == null || !started.isBefore(startedAfter))
        && (version == 0 || workflow.version() == version)
        && (definition == null || workflow.definition().equals(definition))
        && (tenant == null || workflow.tenant().equals(tenant))
        && (failure == null || endedWith(workflow, failure));
  }

  /** Whether a step of a running workflow waits for the signal, if one is asked for. */
  boolean fits(CompiledDefinition compiled, WorkflowView workflow) {
    return signal == null
        || suspended(workflow)
            .mapToObj(step -> compiled.step(step).action())
            .anyMatch(
                action ->
                    action instanceof CompiledAction.AwaitSignal wait
                        && wait.signal().equals(signal));
  }

  /** Whether a step of a workflow may be waiting for a signal, whatever its definition says. */
  static boolean mayWait(WorkflowView workflow) {
    return !workflow.status().hasEnded() && suspended(workflow).findAny().isPresent();
  }

  private static IntStream suspended(WorkflowView workflow) {
    return IntStream.range(0, workflow.stepCount())
        .filter(step -> workflow.stepStatus(step) == StepStatus.SUSPENDED);
  }

  private static boolean endedWith(WorkflowSummary workflow, String type) {
    Failure failure = workflow.failure();
    return failure != null && failure.type().equals(type);
  }

  private static @Nullable WorkflowStatus status(@Nullable String written) {
    if (written == null) {
      return null;
    }
    for (WorkflowStatus each : WorkflowStatus.values()) {
      if (each != WorkflowStatus.ABSENT && each.name().equals(written.toUpperCase(Locale.ROOT))) {
        return each;
      }
    }
    throw new IllegalArgumentException(
        "status '%s': must be one of %s"
            .formatted(
                written,
                String.join(
                    ", ",
                    Arrays.stream(WorkflowStatus.values())
                        .filter(each -> each != WorkflowStatus.ABSENT)
                        .map(Enum::name)
                        .toList())));
  }

  private static int version(String definition, int slash) {
    try {
      int version = Integer.parseInt(definition.substring(slash + 1));
      if (version >= 1) {
        return version;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "definition '%s': after the slash comes a version number".formatted(definition), e);
    }
    throw new IllegalArgumentException(
        "definition '%s': versions start at 1".formatted(definition));
  }

  private static @Nullable Instant time(String name, @Nullable String written) {
    try {
      return written == null ? null : OffsetDateTime.parse(written).toInstant();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "%s '%s': must be a time such as 2026-11-21T10:00:00Z".formatted(name, written), e);
    }
  }
}
