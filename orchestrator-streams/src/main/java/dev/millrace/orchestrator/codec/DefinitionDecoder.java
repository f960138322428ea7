package dev.millrace.orchestrator.codec;

import dev.millrace.orchestrator.core.check.CompiledOnce;
import dev.millrace.orchestrator.core.check.ExpressionRules;
import dev.millrace.orchestrator.core.definition.DefinitionValidator;
import dev.millrace.orchestrator.core.definition.Violation;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.core.expression.ExpressionCompiler;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.schemas.Topics;
import dev.millrace.schemas.registry.SchemaRegistry;
import dev.millrace.schemas.wire.AvroCodec;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.List;

/** Records of the definitions topic as compiled definitions. Not thread-safe. */
public final class DefinitionDecoder {
  /** One for all, since it is costly to make and safe for any thread. */
  static final ExpressionCompiler EXPRESSIONS = new CelExpressions();

  private final AvroCodec<dev.millrace.schemas.v1.WorkflowDefinition> codec;

  public DefinitionDecoder(Topics topics, SchemaRegistry registry) {
    codec =
        new AvroCodec<>(
            dev.millrace.schemas.v1.WorkflowDefinition.class, topics.definitions(), registry);
  }

  /**
   * Reads, validates and compiles a definition.
   *
   * @throws MalformedRecordException when the bytes are none, or it breaks a rule
   */
  public CompiledDefinition decode(byte[] value) throws MalformedRecordException {
    ExpressionCompiler expressions = new CompiledOnce(EXPRESSIONS);
    return CompiledDefinition.compile(valid(codec.decode(value), expressions), expressions);
  }

  /**
   * Validates and compiles a definition that a start brought along.
   *
   * @throws MalformedRecordException when it breaks a rule
   */
  public InlineDefinition inline(dev.millrace.schemas.v1.WorkflowDefinition record)
      throws MalformedRecordException {
    ExpressionCompiler expressions = new CompiledOnce(EXPRESSIONS);
    WorkflowDefinition definition = valid(record, expressions);
    return new InlineDefinition(
        definition, CompiledDefinition.compile(definition, expressions), codec.encode(record));
  }

  private static WorkflowDefinition valid(
      dev.millrace.schemas.v1.WorkflowDefinition record, ExpressionCompiler expressions)
      throws MalformedRecordException {
    WorkflowDefinition definition = DefinitionCodec.fromAvro(record);
    List<Violation> violations = DefinitionValidator.validate(definition);
    if (violations.isEmpty()) {
      violations = ExpressionRules.check(definition, expressions);
    }
    if (!violations.isEmpty()) {
      Violation first = violations.getFirst();
      throw new MalformedRecordException(
          "definition %s/%d breaks %d rules, the first at %s: %s"
              .formatted(
                  definition.name(),
                  definition.version(),
                  violations.size(),
                  first.path(),
                  first.message()),
          null);
    }
    return definition;
  }
}
