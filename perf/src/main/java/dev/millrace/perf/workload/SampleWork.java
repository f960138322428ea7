package dev.millrace.perf.workload;

import dev.millrace.examples.samples.Sample;
import dev.millrace.orchestrator.core.definition.WorkflowDefinition;
import dev.millrace.orchestrator.definition.DefinitionParser;
import dev.millrace.orchestrator.definition.ParsedDefinition;
import dev.millrace.orchestrator.expression.CelExpressions;
import dev.millrace.worker.WorkerBuilder;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/** The steps of one of the examples, with its own handlers. */
record SampleWork(Sample sample) implements Work {
  /** So many inputs take turns. */
  private static final int INPUTS = 1_000;

  /** A workload of each sample. */
  static Stream<Workload> workloads() {
    return Sample.all().stream().map(SampleWork::workload);
  }

  private static Workload workload(Sample sample) {
    WorkflowDefinition definition =
        switch (new DefinitionParser(new CelExpressions()).parse(sample.definition())) {
          case ParsedDefinition.Accepted accepted -> accepted.definition();
          case ParsedDefinition.Refused refused ->
              throw new IllegalStateException(sample.name() + ": " + refused.problems());
        };
    return new Workload(
        sample.name(),
        definition,
        sample.depth(),
        List.of(sample.inFlight()),
        Extent.seconds(20, 40),
        Extent.seconds(8, 10),
        sample.steps(),
        new SampleWork(sample));
  }

  @Override
  public String queue() {
    return Sample.QUEUE;
  }

  @Override
  public List<byte[]> inputs() {
    return IntStream.range(0, INPUTS)
        .mapToObj(i -> JsonMapper.shared().writeValueAsBytes(sample.input(i)))
        .toList();
  }

  @Override
  public WorkerBuilder addTo(WorkerBuilder worker) {
    return sample.addTo(worker);
  }
}
