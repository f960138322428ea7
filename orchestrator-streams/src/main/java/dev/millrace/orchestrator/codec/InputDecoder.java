package dev.millrace.orchestrator.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.orchestrator.core.decide.EventRoom;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.input.AttemptInput;
import dev.millrace.orchestrator.core.input.AttemptReported;
import dev.millrace.orchestrator.core.input.AttemptRunning;
import dev.millrace.orchestrator.core.input.DuplicatePolicy;
import dev.millrace.orchestrator.core.input.StartRequested;
import dev.millrace.orchestrator.core.state.Failure;
import dev.millrace.orchestrator.core.state.ItemResult;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.definition.SourceFormat;
import dev.millrace.schemas.FailureTypes;
import dev.millrace.schemas.Limits;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.CompletionStatus;
import dev.millrace.schemas.v1.ParentStep;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowControl;
import dev.millrace.schemas.v1.WorkflowDefinition;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.JsonIntake;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Records of the input topics as inputs of the core, checked against the contract's limits. Not
 * thread-safe.
 */
public final class InputDecoder {
  /** Most bytes of a start's events, which leaves room for an output of the first steps. */
  private static final int FIRST_EVENTS_BYTES = EventRoom.BYTES - Limits.PAYLOAD_BYTES;

  /** What the event of a dispatched step takes beside the step's id, at most. */
  private static final int DISPATCH_BYTES = 24;

  private static final DefinitionParser DEFINITIONS =
      new DefinitionParser(DefinitionDecoder.EXPRESSIONS);

  private final AvroCodec<WorkflowStart> starts;
  private final AvroCodec<WorkflowControl> controls;
  private final AvroCodec<StepCompletion> completions;
  private final DefinitionDecoder definitions;
  private final JsonIntake json = new JsonIntake(InputDecoder::readDefinition);

  public InputDecoder(Topics topics, SchemaRegistry registry) {
    starts = new AvroCodec<>(WorkflowStart.class, topics.starts(), registry);
    controls = new AvroCodec<>(WorkflowControl.class, topics.controls(), registry);
    completions = new AvroCodec<>(StepCompletion.class, topics.completions(), registry);
    definitions = new DefinitionDecoder(topics, registry);
  }

  /**
   * Reads a workflow start.
   *
   * @throws MalformedRecordException when the bytes are none, break a limit or ask for what this
   *     engine cannot do
   */
  public DecodedStart start(byte @Nullable [] value, Headers headers)
      throws MalformedRecordException {
    byte[] bytes = present(value);
    WorkflowStart start = JsonIntake.isJson(headers) ? json.start(bytes) : starts.decode(bytes);
    checkLength("tenant", start.getTenant(), Limits.TENANT_CHARS);
    checkLength("definition", start.getDefinition(), Limits.NAME_CHARS);
    if (start.getPriority() < Limits.LOWEST_PRIORITY
        || start.getPriority() > Limits.HIGHEST_PRIORITY) {
      throw new MalformedRecordException(
          "priority is %d, allowed are %d to %d"
              .formatted(start.getPriority(), Limits.LOWEST_PRIORITY, Limits.HIGHEST_PRIORITY),
          null);
    }
    if (start.getVersion() < 0) {
      throw new MalformedRecordException(
          "version is %d; give a registered version, or 0 for the highest"
              .formatted(start.getVersion()),
          null);
    }
    Payload input = PayloadCodec.fromAvroWithinLimit(start.getInput(), "input");
    InlineDefinition inline =
        start.getInlineDefinition() == null
            ? null
            : definitions.inline(start.getInlineDefinition());
    if (inline != null) {
      checkEventsFit(inline, input);
    }
    StartRequested request =
        new StartRequested(
            input,
            start.getTenant(),
            start.getPriority(),
            deadlineMs(start.getDeadline()),
            inline == null ? null : inline.definition(),
            inline == null ? 0 : inline.record().length,
            parent(start.getParent()),
            policy(start.getOnDuplicate()));
    return new DecodedStart(start.getDefinition(), start.getVersion(), inline, request);
  }

  private static DuplicatePolicy policy(dev.millrace.schemas.v1.DuplicatePolicy onDuplicate)
      throws MalformedRecordException {
    return switch (onDuplicate) {
      case REJECT -> DuplicatePolicy.REJECT;
      case RETURN_EXISTING -> DuplicatePolicy.RETURN_EXISTING;
      case CANCEL_EXISTING -> DuplicatePolicy.CANCEL_EXISTING;
      case ALLOW_AFTER_END -> DuplicatePolicy.ALLOW_AFTER_END;
      case UNKNOWN ->
          throw UnsupportedInputs.unsupported("onDuplicate is " + onDuplicate, "send REJECT");
    };
  }

  /**
   * Reads a workflow control.
   *
   * @throws MalformedRecordException when the bytes are none, break a limit, lack what the action
   *     needs or ask for what this engine cannot do
   */
  public DecodedControl control(byte @Nullable [] value, Headers headers)
      throws MalformedRecordException {
    byte[] bytes = present(value);
    WorkflowControl control =
        JsonIntake.isJson(headers) ? json.control(bytes) : controls.decode(bytes);
    return ControlCodec.fromAvro(control);
  }

  /**
   * Reads a step completion.
   *
   * @throws MalformedRecordException when the bytes are none, say neither success nor failure, a
   *     failure that only the engine may report, or what this engine cannot do
   */
  public DecodedCompletion completion(byte @Nullable [] value, Headers headers)
      throws MalformedRecordException {
    byte[] bytes = present(value);
    StepCompletion completion =
        JsonIntake.isJson(headers) ? json.completion(bytes) : completions.decode(bytes);
    UnsupportedInputs.check(completion);
    return new DecodedCompletion(
        attempt(completion),
        completion.getStartedAt().toEpochMilli(),
        completion.getEndedAt().toEpochMilli());
  }

  private static AttemptInput attempt(StepCompletion completion) throws MalformedRecordException {
    Payload output = PayloadCodec.fromAvro(completion.getOutput(), "output");
    int branch = Math.max(AttemptReported.NO_BRANCH, completion.getBranch());
    List<ItemResult> results = results(completion);
    if (completion.getStatus() == CompletionStatus.RUNNING) {
      return new AttemptRunning(completion.getStep(), branch, completion.getAttempt(), output);
    }
    Failure failure =
        completion.getStatus() == CompletionStatus.FAILED
            ? ofWorker(FailureCodec.fromAvro(completion.getFailure()))
            : null;
    long retryAfterMs = Math.clamp(completion.getRetryAfterMs(), 0, Limits.RETRY_AFTER_MS);
    return new AttemptReported(
        completion.getStep(),
        branch,
        completion.getAttempt(),
        output,
        results,
        failure,
        retryAfterMs);
  }

  private static List<ItemResult> results(StepCompletion completion)
      throws MalformedRecordException {
    if (completion.getBranch() < 0 && !completion.getResults().isEmpty()) {
      throw new MalformedRecordException(
          "results has %d items, but only a branch of a step takes batches; send one output"
              .formatted(completion.getResults().size()),
          null);
    }
    if (!completion.getResults().isEmpty()
        && (completion.getStatus() != CompletionStatus.SUCCEEDED
            || completion.getOutput() != null)) {
      throw new MalformedRecordException(
          "results has %d items beside status %s and %s; a batch is reported as SUCCEEDED, with results alone"
              .formatted(
                  completion.getResults().size(),
                  completion.getStatus(),
                  completion.getOutput() == null ? "no output" : "an output"),
          null);
    }
    List<ItemResult> results = ItemResultCodec.fromAvro(completion.getResults());
    for (ItemResult result : results) {
      if (result.failure() != null) {
        ofWorker(result.failure());
      }
    }
    return results;
  }

  /**
   * Reads a definition that was stored with a workflow.
   *
   * @throws MalformedRecordException when the bytes are none
   */
  public CompiledDefinition storedDefinition(byte[] record) throws MalformedRecordException {
    return definitions.decode(record);
  }

  private static WorkflowDefinition readDefinition(String source) throws MalformedRecordException {
    return switch (DEFINITIONS.parse(source.getBytes(UTF_8), SourceFormat.JSON)) {
      case ParsedDefinition.Accepted accepted -> DefinitionCodec.toAvro(accepted.definition());
      case ParsedDefinition.Refused refused ->
          throw new MalformedRecordException(
              "inlineDefinition: "
                  + refused.problems().stream()
                      .map(problem -> problem.code() + ": " + problem.message())
                      .collect(Collectors.joining("; ")),
              null);
    };
  }

  private static byte[] present(byte @Nullable [] value) throws MalformedRecordException {
    if (value == null) {
      throw new MalformedRecordException("the record has no value", null);
    }
    return value;
  }

  private static Failure ofWorker(@Nullable Failure failure) throws MalformedRecordException {
    if (failure == null) {
      throw new MalformedRecordException(
          "status is FAILED but failure is null; say its type and message", null);
    }
    if (FailureTypes.isOfEngine(failure.type())) {
      throw new MalformedRecordException(
          "failure.type is '%s'; types that start with '%s' are the engine's own, send another"
              .formatted(failure.type(), FailureTypes.ENGINE_PREFIX),
          null);
    }
    return failure;
  }

  /** Refuses a start whose first events, with its definition and input, would be no record. */
  private static void checkEventsFit(InlineDefinition inline, @Nullable Payload input)
      throws MalformedRecordException {
    CompiledDefinition definition = inline.compiled();
    long bytes = inline.record().length + (input == null ? 0L : input.data().length);
    for (int step = 0; step < definition.stepCount(); step++) {
      if (definition.dependencies().degree(step) == 0) {
        bytes += definition.step(step).id().length() + DISPATCH_BYTES;
      }
    }
    if (bytes > FIRST_EVENTS_BYTES) {
      throw new MalformedRecordException(
          "inlineDefinition and input make events of %d bytes, at most %d are allowed; register the definition and start it by its name"
              .formatted(bytes, FIRST_EVENTS_BYTES),
          null);
    }
  }

  private static @Nullable Parent parent(@Nullable ParentStep parent)
      throws MalformedRecordException {
    if (parent != null && (parent.getDepth() < 1 || parent.getDepth() > Parent.DEPTH)) {
      throw new MalformedRecordException(
          "parent.depth is %d, allowed are 1 to %d".formatted(parent.getDepth(), Parent.DEPTH),
          null);
    }
    if (parent != null && parent.getBranch() < Parent.NO_BRANCH) {
      throw new MalformedRecordException(
          "parent.branch is %d, allowed are -1 (none) and more".formatted(parent.getBranch()),
          null);
    }
    if (parent != null) {
      WorkflowIds.decode(parent.getWorkflowId().getBytes(UTF_8));
      checkLength("parent.step", parent.getStep(), Limits.NAME_CHARS);
    }
    return ParentCodec.fromAvro(parent);
  }

  static void checkLength(String field, String value, int maxChars)
      throws MalformedRecordException {
    if (value.length() > maxChars) {
      throw new MalformedRecordException(
          "%s has %d characters, at most %d are allowed".formatted(field, value.length(), maxChars),
          null);
    }
  }

  /** A deadline in the range of timers: one before 1970 is as much in the past as one in 1970. */
  private static long deadlineMs(@Nullable Instant deadline) {
    return deadline == null
        ? WorkflowView.NO_DEADLINE
        : Math.clamp(
            deadline.toEpochMilli(), WorkflowView.NO_DEADLINE + 1, WorkflowView.LATEST_DEADLINE_MS);
  }
}
