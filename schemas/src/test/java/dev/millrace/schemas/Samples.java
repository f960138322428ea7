package dev.millrace.schemas;

import dev.millrace.schemas.v1.AttemptCancellations;
import dev.millrace.schemas.v1.AwaitedSignal;
import dev.millrace.schemas.v1.CancelledAttempt;
import dev.millrace.schemas.v1.ChildWorkflow;
import dev.millrace.schemas.v1.Compensation;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.ControlAction;
import dev.millrace.schemas.v1.DeliveryWindow;
import dev.millrace.schemas.v1.DependencyCondition;
import dev.millrace.schemas.v1.DuplicatePolicy;
import dev.millrace.schemas.v1.EventSource;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.Failure;
import dev.millrace.schemas.v1.FailureReaction;
import dev.millrace.schemas.v1.FailureRule;
import dev.millrace.schemas.v1.ForEach;
import dev.millrace.schemas.v1.ItemResult;
import dev.millrace.schemas.v1.JoinKind;
import dev.millrace.schemas.v1.JoinRule;
import dev.millrace.schemas.v1.OverlapPolicy;
import dev.millrace.schemas.v1.ParentStep;
import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.PublishedEvents;
import dev.millrace.schemas.v1.Repeat;
import dev.millrace.schemas.v1.ResultCache;
import dev.millrace.schemas.v1.RetryPolicy;
import dev.millrace.schemas.v1.ScheduleAction;
import dev.millrace.schemas.v1.ScheduleSpec;
import dev.millrace.schemas.v1.StartDetail;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.StepDefinition;
import dev.millrace.schemas.v1.StepOutput;
import dev.millrace.schemas.v1.SwitchCase;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowDefinition;
import dev.millrace.schemas.v1.WorkflowEvent;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowSchedule;
import dev.millrace.schemas.v1.WorkflowStart;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;

/** One record of each type, with a value in every field and text beyond ASCII. */
public final class Samples {
  private static final Instant AT = Instant.parse("2026-11-21T10:00:00.123Z");

  private Samples() {}

  /** All record types that are values of a topic. */
  public static List<SpecificRecordBase> all() {
    return List.of(
        start(),
        control(),
        command(),
        cancellations(),
        completion(),
        events(),
        definition(),
        schedule());
  }

  public static WorkflowStart start() {
    return WorkflowStart.newBuilder()
        .setDefinition("quake")
        .setVersion(3)
        .setInput(json("{\"place\":\"Kópavogur\",\"magnitude\":4.5}"))
        .setTenant("seismology")
        .setPriority(7)
        .setDeadline(AT)
        .setInlineDefinition(definition())
        .setParent(parent())
        .setOnDuplicate(DuplicatePolicy.ALLOW_AFTER_END)
        .build();
  }

  public static WorkflowControl control() {
    return WorkflowControl.newBuilder()
        .setAction(ControlAction.CANCEL)
        .setReason("superseded – “a better estimate”")
        .setRequestedBy("ops@example")
        .setStep("enrich")
        .setName("réview")
        .setPayload(binary())
        .setPriority(0)
        .setVersion(4)
        .setDryRun(true)
        .setId("order-17")
        .setParent(parent())
        .build();
  }

  public static StepCommand command() {
    return StepCommand.newBuilder()
        .setWorkflowId("quake-1")
        .setStep("enrich")
        .setAttempt(2)
        .setType("enrich-v2")
        .setDefinition("quake")
        .setDefinitionVersion(3)
        .setInput(json("{}"))
        .setDependencies(
            List.of(
                StepOutput.newBuilder().setStep("validate").setOutput(binary()).build(),
                StepOutput.newBuilder().setStep("notify").build()))
        .setTenant("seismology")
        .setPriority(9)
        .setDeadline(AT.plusSeconds(30))
        .setBranch(4_711)
        .setItems(List.of(json("1"), binary()))
        .setProgress(json("{\"page\":3}"))
        .setHeartbeatMs(10_000)
        .build();
  }

  public static AttemptCancellations cancellations() {
    return AttemptCancellations.newBuilder()
        .setAttempts(
            List.of(
                new CancelledAttempt("enrich", -1, 2, "cancelled – “a better estimate”"),
                new CancelledAttempt("réview", 4_711, 1, "")))
        .build();
  }

  public static StepCompletion completion() {
    return StepCompletion.newBuilder()
        .setStep("enrich")
        .setAttempt(2)
        .setStatus(CompletionStatus.FAILED)
        .setOutput(binary())
        .setFailure(failure())
        .setStartedAt(AT)
        .setEndedAt(AT.plusMillis(17))
        .setWorker("worker-1")
        .setBranch(4_711)
        .setResults(
            List.of(
                ItemResult.newBuilder().setOutput(json("2")).build(),
                ItemResult.newBuilder().setFailure(failure()).build(),
                ItemResult.newBuilder().build()))
        .setRetryAfterMs(90_000)
        .build();
  }

  public static WorkflowEvents events() {
    return WorkflowEvents.newBuilder()
        .setFirstSequence(41)
        .setAt(AT)
        .setSource(EventSource.COMPLETION)
        .setSourceOffset(1L << 40)
        .setScope("file/12")
        .setEvents(
            List.of(
                WorkflowEvent.newBuilder()
                    .setType(EventType.WORKFLOW_STARTED)
                    .setPayload(json("[1,2]"))
                    .setDueAt(AT.plusSeconds(60))
                    .setStart(
                        StartDetail.newBuilder()
                            .setDefinition("quake")
                            .setVersion(3)
                            .setTenant("seismology")
                            .setPriority(0)
                            .setInlineDefinition(definition())
                            .setParent(parent())
                            .build())
                    .build(),
                WorkflowEvent.newBuilder()
                    .setType(EventType.ATTEMPT_FAILED)
                    .setStep("enrich")
                    .setAttempt(2)
                    .setFailure(failure())
                    .setDueAt(AT)
                    .build(),
                WorkflowEvent.newBuilder()
                    .setType(EventType.STEP_SUCCEEDED)
                    .setStep("file")
                    .setAttempt(1)
                    .setPayload(binary())
                    .setSteps(List.of("notify", "réview"))
                    .build(),
                WorkflowEvent.newBuilder()
                    .setType(EventType.PRIORITY_CHANGED)
                    .setReason("SLA at risk")
                    .setName("ops@example")
                    .setNumber(9)
                    .build()))
        .build();
  }

  public static WorkflowSchedule schedule() {
    return WorkflowSchedule.newBuilder()
        .setAction(ScheduleAction.SET)
        .setSchedule(
            ScheduleSpec.newBuilder()
                .setDefinition("quake")
                .setVersion(3)
                .setCron("0 3 * * MON-FRI")
                .setIntervalMs(60_000)
                .setTimeZone("Atlantic/Reykjavik")
                .setOverlap(OverlapPolicy.QUEUE)
                .setCatchUpMs(3_600_000)
                .setPaused(true)
                .setInput(json("{\"place\":\"Kópavogur\"}"))
                .setCarry(true)
                .setTenant("seismology")
                .setPriority(7)
                .build())
        .setFrom(AT)
        .setTo(AT.plusSeconds(3_600))
        .setOverlap(OverlapPolicy.CANCEL_PREVIOUS)
        .setReason("a “nightly” run")
        .setRequestedBy("ops@example")
        .build();
  }

  public static WorkflowDefinition definition() {
    return WorkflowDefinition.newBuilder()
        .setName("quake")
        .setVersion(3)
        .setTimeoutMs(60_000)
        .setRetry(retry(3))
        .setSteps(
            List.of(
                step("validate", "validate", "light").build(),
                step("enrich", "enrich-v2", "heavy")
                    .setDependsOn(List.of("validate"))
                    .setTimeoutMs(5_000)
                    .setRetry(retry(1_000))
                    .setConditions(List.of(new DependencyCondition("validate", "output.ok", "big")))
                    .setJoin(new JoinRule(JoinKind.AT_LEAST, 1))
                    .setWhen("input.place != 'Þingvellir'")
                    .setInput("{\"place\":\"${input.place}\"}")
                    .setScheduleToStartMs(1_000)
                    .setScheduleToCloseMs(60_000)
                    .setHeartbeatMs(2_000)
                    .setOnFailure(
                        List.of(
                            new FailureRule(List.of("Timeout*"), FailureReaction.RETRY, ""),
                            new FailureRule(List.of(), FailureReaction.ROUTE, "notify")))
                    .setRepeat(new Repeat("output.done", 10_000L, 100))
                    .setForEach(new ForEach("input.stations", 10, 20, 5, true))
                    .setCompensation(
                        new Compensation("undo", "heavy", "\"${output.id}\"", 1_000L, retry(2)))
                    .setWindow(new DeliveryWindow("Atlantic/Reykjavik", List.of(1, 7), 480, 1_439))
                    .setCache(new ResultCache("\"${input.place}\"", 3_600_000L))
                    .setAffinity("${input.place}")
                    .build(),
                inEngine("sum").setSet("[\"${steps.enrich.output.n + 1}\"]").build(),
                inEngine("pause").setDelay("10m").build(),
                inEngine("morning").setUntil("2027-01-01T00:00:00Z").build(),
                inEngine("approve")
                    .setSignal(new AwaitedSignal("go", "{\"type\":\"object\"}", "{\"fields\":[]}"))
                    .build(),
                inEngine("ship")
                    .setChild(
                        new ChildWorkflow(
                            "ship", 2, "\"${input.id}-ship\"", "\"${input}\"", true, false))
                    .build(),
                inEngine("notify")
                    .setCases(
                        List.of(
                            new SwitchCase("big", "input.n > 9"), new SwitchCase("small", null)))
                    .build()))
        .setMaxParallel(10)
        .setOutput("{\"total\":\"${steps.sum.output}\"}")
        .setFinallySteps(List.of(step("cleanup", "cleanup", "light").build()))
        .setEvents(PublishedEvents.STEPS)
        .build();
  }

  private static StepDefinition.Builder inEngine(String id) {
    return step(id, "", "");
  }

  /**
   * With its lists of records set, for which Avro makes no defaults before it trusts the classes.
   */
  private static StepDefinition.Builder step(String id, String type, String queue) {
    return StepDefinition.newBuilder()
        .setId(id)
        .setType(type)
        .setQueue(queue)
        .setConditions(List.of())
        .setCases(List.of())
        .setOnFailure(List.of());
  }

  private static ParentStep parent() {
    return ParentStep.newBuilder()
        .setWorkflowId("swarm-1")
        .setStep("quakes")
        .setAttempt(1)
        .setDepth(2)
        .setBranch(7)
        .build();
  }

  private static RetryPolicy retry(int maxAttempts) {
    return RetryPolicy.newBuilder()
        .setMaxAttempts(maxAttempts)
        .setInitialIntervalMs(100)
        .setCoefficient(1.5)
        .setMaxIntervalMs(10_000)
        .setJitter(0.1)
        .setNonRetryable(List.of("ValidationError"))
        .build();
  }

  private static Failure failure() {
    return Failure.newBuilder()
        .setType("Unreachable")
        .setMessage("no answer \uD83C\uDF0B")
        .setRetryable(false)
        .build();
  }

  private static Payload json(String text) {
    return Payload.newBuilder()
        .setData(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))
        .build();
  }

  private static Payload binary() {
    return Payload.newBuilder()
        .setContentType("application/octet-stream")
        .setData(ByteBuffer.wrap(new byte[] {0, 1, -1, -128, 127}))
        .build();
  }
}
