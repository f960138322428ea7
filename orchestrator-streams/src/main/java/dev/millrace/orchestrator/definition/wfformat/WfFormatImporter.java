package dev.millrace.orchestrator.definition.wfformat;

import dev.millrace.orchestrator.core.definition.DefinitionValidator;
import dev.millrace.orchestrator.core.definition.Excerpt;
import dev.millrace.orchestrator.core.definition.RetryPolicy;
import dev.millrace.orchestrator.core.definition.StepDefinition;
import dev.millrace.orchestrator.core.definition.Violation;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.schemas.wire.JsonFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads recorded workflow executions in the JSON of WfFormat: version 1.5, where specification and
 * execution stand apart, and 1.3 and 1.4, where one list of tasks holds both. A task becomes a step
 * of type {@value #STEP_TYPE} in queue {@value #QUEUE} that depends on the task's parents. An edge
 * counts when either of its ends names the other. Stateless.
 */
public final class WfFormatImporter {
  /** Largest document, in bytes. */
  public static final int SOURCE_BYTES = 64 * 1024 * 1024;

  /** Type of every step, so that one handler can run them all. */
  public static final String STEP_TYPE = "wfformat-task";

  /** Queue of every step. */
  public static final String QUEUE = "default";

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private WfFormatImporter() {}

  /**
   * Reads a file.
   *
   * @throws IOException when the file cannot be read
   * @throws WfFormatException when it is no WfFormat document or its workflow is no valid
   *     definition
   */
  public static WfInstance read(Path file) throws IOException, WfFormatException {
    refuseTooLarge(Files.size(file));
    return read(Files.readAllBytes(file));
  }

  /**
   * Reads a document.
   *
   * @throws WfFormatException when it is no WfFormat document or its workflow is no valid
   *     definition
   */
  public static WfInstance read(byte[] source) throws WfFormatException {
    refuseTooLarge(source.length);
    WfDocument document = parse(source);
    Map<String, WfDocument.Task> tasks = index(document);
    List<String> notes = new ArrayList<>();
    Map<String, String> stepIds = new StepNames(tasks.keySet()).byTask();
    long renamed =
        stepIds.entrySet().stream().filter(e -> !e.getKey().equals(e.getValue())).count();
    if (renamed > 0) {
      notes.add("%,d task ids are no step names and were renamed".formatted(renamed));
    }
    TaskEdges edges = new TaskEdges(tasks);
    notes.addAll(edges.notes());
    List<StepDefinition> steps = new ArrayList<>();
    for (String taskId : tasks.keySet()) {
      steps.add(
          StepDefinition.work(
              stepId(stepIds, taskId),
              STEP_TYPE,
              QUEUE,
              edges.parents(taskId).stream().map(parent -> stepId(stepIds, parent)).toList(),
              Duration.ZERO,
              null));
    }
    WorkflowDefinition definition =
        WorkflowDefinition.of(
            StepNames.nameLike(Objects.requireNonNullElse(document.name(), "workflow")),
            1,
            Duration.ZERO,
            RetryPolicy.NONE,
            steps);
    refuseInvalid(definition);
    Map<String, Duration> runtimes = runtimes(document, stepIds, notes);
    Map<String, String> taskIds = new LinkedHashMap<>();
    stepIds.forEach((task, step) -> taskIds.put(step, task));
    return new WfInstance(definition, runtimes, taskIds, notes);
  }

  private static void refuseTooLarge(long bytes) throws WfFormatException {
    if (bytes > SOURCE_BYTES) {
      throw new WfFormatException(
          "the document has %,d bytes; at most %,d are allowed".formatted(bytes, SOURCE_BYTES));
    }
  }

  private static WfDocument parse(byte[] source) throws WfFormatException {
    WfDocument document;
    try {
      document = MAPPER.readValue(source, WfDocument.class);
    } catch (JacksonException e) {
      throw new WfFormatException(
          "not a WfFormat document: line %d, column %d: %s"
              .formatted(
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  e.getLocation() == null ? 1 : e.getLocation().getColumnNr(),
                  Excerpt.line(JsonFault.text(e))),
          e);
    }
    if (document == null || document.specified().isEmpty()) {
      throw new WfFormatException(
          "not a WfFormat document (schemaVersion %s): it has tasks neither in workflow.specification.tasks, as of 1.5, nor in workflow.tasks, as of 1.3 and 1.4"
              .formatted(
                  document == null
                      ? "none"
                      : Excerpt.of(String.valueOf(document.schemaVersion()))));
    }
    return document;
  }

  private static Map<String, WfDocument.Task> index(WfDocument document) throws WfFormatException {
    Map<String, WfDocument.Task> tasks = new LinkedHashMap<>();
    for (WfDocument.Task task : document.specified()) {
      String id = task.id() == null ? task.name() : task.id();
      if (id == null) {
        throw new WfFormatException(
            "task %,d has neither id nor name; give it an id".formatted(tasks.size() + 1));
      }
      if (tasks.put(id, task) != null) {
        throw new WfFormatException(
            "two tasks have the id %s; ids must be unique".formatted(Excerpt.of(id)));
      }
    }
    return tasks;
  }

  private static String stepId(Map<String, String> stepIds, String taskId) {
    return Objects.requireNonNull(stepIds.get(taskId), taskId);
  }

  private static void refuseInvalid(WorkflowDefinition definition) throws WfFormatException {
    List<Violation> violations = DefinitionValidator.validate(definition);
    if (!violations.isEmpty()) {
      throw new WfFormatException(
          violations.stream()
              .map(violation -> "%s: %s".formatted(violation.code(), violation.message()))
              .collect(Collectors.joining("; ", "the workflow is no valid definition: ", "")));
    }
  }

  private static Map<String, Duration> runtimes(
      WfDocument document, Map<String, String> stepIds, List<String> notes) {
    Map<String, Duration> runtimes = new LinkedHashMap<>();
    stepIds.values().forEach(step -> runtimes.put(step, Duration.ZERO));
    int known = 0;
    for (WfDocument.Task task : document.executed()) {
      String step = stepIds.get(String.valueOf(task.id() == null ? task.name() : task.id()));
      Duration runtime = duration(task.seconds());
      if (step != null && runtime != null) {
        runtimes.put(step, runtime);
        known++;
      }
    }
    if (known < runtimes.size()) {
      notes.add(
          "%,d tasks have no run time and count as taking none".formatted(runtimes.size() - known));
    }
    return runtimes;
  }

  private static @Nullable Duration duration(@Nullable Double seconds) {
    if (seconds == null || !(seconds >= 0 && seconds <= Integer.MAX_VALUE)) {
      return null;
    }
    return Duration.ofNanos(Math.round(seconds * 1e9));
  }
}
