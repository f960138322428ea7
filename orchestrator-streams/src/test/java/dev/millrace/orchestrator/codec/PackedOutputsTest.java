package dev.millrace.orchestrator.codec;

import static dev.millrace.orchestrator.core.Definitions.step;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.state.Payload;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What rides in a record, and what gets a key of its own. */
class PackedOutputsTest extends PackedWorkflowCase {
  /** Bytes of a packed payload besides its data, without a content type. */
  private static final int PAYLOAD_OVERHEAD = 1;

  @Test
  void outputRidesUpToItsLimitAndIsSpilledBeyond() {
    PackedWorkflow workflow = running(join(2));
    Payload largestRiding = payload(PackedWorkflow.OUTPUT_BYTES - PAYLOAD_OVERHEAD);
    Payload smallestSpilled = payload(PackedWorkflow.OUTPUT_BYTES - PAYLOAD_OVERHEAD + 1);

    succeed(workflow, 0, largestRiding);
    succeed(workflow, 1, smallestSpilled);

    assertThat(workflow.riding(0)).isEqualTo(largestRiding);
    assertThat(workflow.isSpilled(0)).isFalse();
    assertThat(workflow.riding(1)).isNull();
    assertThat(workflow.isSpilled(1)).isTrue();
    assertThat(workflow.spilled().take())
        .containsExactly(new SpilledPayloads.Spilled(1, smallestSpilled));
    assertThat(workflow.spilled().take()).isEmpty();
  }

  @Test
  void outputsTogetherRideUpToTheirLimit() {
    PackedWorkflow workflow = running(join(20));
    for (int step = 0; step < 20; step++) {
      succeed(workflow, step, payload(PackedWorkflow.OUTPUT_BYTES - PAYLOAD_OVERHEAD));
    }

    int riding = (int) IntStream.range(0, 20).filter(i -> workflow.riding(i) != null).count();
    assertThat(riding).isEqualTo(PackedWorkflow.OUTPUTS_BYTES / (4 + PackedWorkflow.OUTPUT_BYTES));
    assertThat(workflow.spilled().take()).hasSize(20 - riding);
  }

  @Test
  void smallOutputStillRidesAfterALargerOneHadNoRoom() {
    PackedWorkflow workflow = running(join(18));
    for (int step = 0; step < 17; step++) {
      succeed(workflow, step, payload(PackedWorkflow.OUTPUT_BYTES - PAYLOAD_OVERHEAD));
    }
    succeed(workflow, 17, payload(3));

    assertThat(workflow.isSpilled(16)).isTrue();
    assertThat(workflow.riding(17)).isEqualTo(payload(3));
  }

  @Test
  void joinReadsHundredsOfRidingOutputsInAnyOrder() {
    int parents = 600;
    PackedWorkflow workflow = running(join(parents));
    for (int step = parents - 1; step >= 0; step--) {
      succeed(workflow, step, payload(step % 2));
    }

    for (int step = 0; step < parents; step++) {
      assertThat(workflow.riding(step)).isEqualTo(payload(step % 2));
    }
    workflow.open(parents, 1, 9_000);
    assertThat(workflow.riding(parents - 1)).isEqualTo(payload(1));
  }

  @Test
  void inputRidesUpToItsLimitAndIsSpilledBeyond() {
    Payload largestRiding = payload(PackedWorkflow.INPUT_BYTES - PAYLOAD_OVERHEAD);
    PackedWorkflow riding = PackedWorkflow.absent();
    riding.begin(join(1).plan(), largestRiding, "", 5, 0, 1_000);
    assertThat(riding.riding(PackedWorkflow.INPUT_SLOT)).isEqualTo(largestRiding);
    assertThat(riding.isSpilled(PackedWorkflow.INPUT_SLOT)).isFalse();

    Payload smallestSpilled = payload(PackedWorkflow.INPUT_BYTES - PAYLOAD_OVERHEAD + 1);
    PackedWorkflow spilled = PackedWorkflow.absent();
    spilled.begin(join(1).plan(), smallestSpilled, "", 5, 0, 1_000);
    assertThat(spilled.riding(PackedWorkflow.INPUT_SLOT)).isNull();
    assertThat(spilled.isSpilled(PackedWorkflow.INPUT_SLOT)).isTrue();
    assertThat(spilled.spilled().take())
        .containsExactly(new SpilledPayloads.Spilled(PackedWorkflow.INPUT_SLOT, smallestSpilled));
  }
}
