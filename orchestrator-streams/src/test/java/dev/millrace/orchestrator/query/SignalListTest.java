package dev.millrace.orchestrator.query;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.codec.PackedPayload;
import dev.millrace.orchestrator.codec.PackedWorkflow;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.state.Payload;
import dev.millrace.orchestrator.core.state.WorkflowView;
import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.orchestrator.processor.Definitions;
import dev.millrace.orchestrator.store.Keys;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.InMemoryKeyValueStore;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A list of the workflows that wait for a signal, of which one step tells, by its definition. */
class SignalListTest {
  private static final String WAITING =
      """
      name: waiting
      version: 1
      steps: [{id: wait, signal: approve}]
      """;
  private static final Payload READABLE = new Payload("", new byte[] {1});
  private static final Payload UNREADABLE = new Payload("", new byte[] {2});

  private final CelExpressions expressions = new CelExpressions();
  private final CompiledDefinition definition = compiled(WAITING);
  private final KeyValueStore<Bytes, byte[]> store = new InMemoryKeyValueStore("workflows");
  private final AtomicInteger compilations = new AtomicInteger();
  private final QueriedDefinitions definitions =
      new QueriedDefinitions(new Definitions(new CountDownLatch(1)), this::decode);

  @Test
  void workflowWhoseDefinitionIsGoneIsLeftOutAndTheOthersAreListed() {
    put("a", READABLE);
    put("gone", null);
    put("unreadable", compiled(WAITING.replace("version: 1", "version: 2")), UNREADABLE);
    put("z", READABLE);

    Page<WorkflowStatusReport> page = page("approve");

    assertThat(page.items()).extracting(WorkflowStatusReport::workflowId).containsExactly("a", "z");
    assertThat(page.isPartial()).isTrue();
    assertThat(page.next()).isNull();
  }

  @Test
  void definitionsThatStartsBroughtAlongAreCompiledOnce() {
    put("a", READABLE);
    put("b", READABLE);

    assertThat(page("approve").items()).hasSize(2);
    assertThat(page("reject").items()).isEmpty();

    assertThat(page("approve").isPartial()).isFalse();
    assertThat(compilations).hasValue(1);
  }

  private Page<WorkflowStatusReport> page(String signal) {
    WorkflowFilter filter = WorkflowFilter.of(Map.of("signal", signal));
    return WorkflowQueries.page(store, definitions, filter, null, 10, 10);
  }

  private void put(String workflowId, @Nullable Payload own) {
    put(workflowId, definition, own);
  }

  private void put(String workflowId, CompiledDefinition waiting, @Nullable Payload own) {
    PackedWorkflow workflow = PackedWorkflow.absent();
    if (own != null) {
      workflow.bringDefinition(own.data());
    }
    workflow.begin(waiting.plan(), null, "", 5, WorkflowView.NO_DEADLINE, 1_000);
    workflow.suspend(0, 1, WorkflowView.NO_DEADLINE);
    store.put(Keys.workflow(workflowId), workflow.bytes());
    if (own != null) {
      store.put(
          Keys.payload(workflowId, PackedWorkflow.DEFINITION_SLOT), PackedPayload.toBytes(own));
    }
  }

  private CompiledDefinition decode(byte[] record) throws MalformedRecordException {
    if (record[0] != READABLE.data()[0]) {
      throw new MalformedRecordException("its schema is not known", null);
    }
    compilations.incrementAndGet();
    return definition;
  }

  private CompiledDefinition compiled(String yaml) {
    ParsedDefinition parsed = new DefinitionParser(expressions).parse(yaml.getBytes(UTF_8));
    assertThat(parsed).isInstanceOf(ParsedDefinition.Accepted.class);
    return CompiledDefinition.compile(
        ((ParsedDefinition.Accepted) parsed).definition(), expressions);
  }
}
