package dev.millrace.orchestrator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.orchestrator.core.state.Failure;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class CappedTagTest {
  @Test
  void firstValuesKeepTheirNamesAndAllOthersAreOne() {
    CappedTag tag = new CappedTag();
    for (int i = 0; i < CappedTag.VALUES_MAX; i++) {
      assertThat(tag.of("v" + i)).isEqualTo("v" + i);
    }
    assertThat(tag.of("one-more")).isEqualTo(CappedTag.OTHER);
    assertThat(tag.of("v0")).isEqualTo("v0");
    assertThat(tag.of("")).isEqualTo("none");
  }

  @Test
  void namesThatUsersChooseDoNotGrowTheNumberOfMeters() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    EngineMetrics metrics = new EngineMetrics(registry);
    for (int i = 0; i < 1_000; i++) {
      metrics.failed(new Failure("type-" + i, "", true));
      metrics.steps("q" + i, "t" + i);
      metrics.workflowsStarted("d" + i);
    }
    int most = CappedTag.VALUES_MAX + 1;
    assertThat(registry.find("millrace.failures").counters()).hasSize(most);
    assertThat(registry.find("millrace.step.time").timers()).hasSize(most);
    assertThat(registry.find("millrace.workflows.started").counters()).hasSize(most);
    assertThat(registry.get("millrace.failures").tag("code", "other").counter().count())
        .isEqualTo(1_000 - CappedTag.VALUES_MAX);
  }
}
