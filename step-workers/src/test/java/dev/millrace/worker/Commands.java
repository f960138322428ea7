package dev.millrace.worker;

import dev.millrace.schemas.v1.Payload;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Commands to try workers with. */
public final class Commands {
  private Commands() {}

  /** The first attempt of step {@code s} of a workflow, with a small JSON input. */
  public static StepCommand command(String workflowId, String type) {
    return command(
        workflowId, type, payload("", "{\"id\":\"%s\",\"size\":3}".formatted(workflowId)));
  }

  public static StepCommand command(
      String workflowId, String type, @Nullable Payload input, StepOutput... dependencies) {
    StepCommand command = new StepCommand();
    command.setWorkflowId(workflowId);
    command.setStep("s");
    command.setAttempt(1);
    command.setType(type);
    command.setDefinition("test");
    command.setDefinitionVersion(7);
    command.setInput(input);
    command.setDependencies(List.of(dependencies));
    command.setTenant("acme");
    command.setPriority(6);
    command.setBranch(-1);
    command.setItems(List.of());
    return command;
  }

  public static Payload payload(String contentType, String data) {
    return new Payload(contentType, ByteBuffer.wrap(data.getBytes(StandardCharsets.UTF_8)));
  }
}
