package dev.millrace.perf.workload;

import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.registry.UnknownSchemaException;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.v1.StepCompletion;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.v1.WorkflowStart;
import dev.millrace.schemas.wire.ContractSchemas;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/**
 * The contract's schemas with fixed ids, so that the processes of a run that only measures agree on
 * them without a registry server. Asked once a process and schema, as a real one is.
 */
public final class ContractRegistry implements SchemaRegistry {
  private static final List<Schema> SCHEMAS =
      Stream.of(WorkflowStart.class, StepCommand.class, StepCompletion.class, WorkflowEvents.class)
          .map(ContractSchemas::of)
          .toList();

  @Override
  public int register(String subject, Schema schema) {
    int index = SCHEMAS.indexOf(schema);
    if (index < 0) {
      throw new IllegalArgumentException(
          "%s: %s is not a record of the benchmark's topics"
              .formatted(subject, schema.getFullName()));
    }
    return index + 1;
  }

  @Override
  public Schema schemaById(int id) {
    if (id < 1 || id > SCHEMAS.size()) {
      throw new UnknownSchemaException(
          "schema id %d: only 1 to %d are known".formatted(id, SCHEMAS.size()), null);
    }
    return SCHEMAS.get(id - 1);
  }
}
