package dev.millrace.orchestrator.codec;

import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.ContractSchemas;
import org.apache.avro.Schema;

/**
 * The subjects of the worker topics, under which workers in any language look for the schema of
 * commands. Thread-safe.
 */
public final class CommandSubjects {
  private final SchemaRegistry registry;
  private final Schema schema = ContractSchemas.of(StepCommand.class);

  public CommandSubjects(SchemaRegistry registry) {
    this.registry = registry;
  }

  /**
   * Registers the schema of commands under the subject of a worker topic.
   *
   * @throws RuntimeException as {@link SchemaRegistry#register}
   */
  public void register(String topic) {
    registry.register(AvroCodec.subject(topic), schema);
  }
}
