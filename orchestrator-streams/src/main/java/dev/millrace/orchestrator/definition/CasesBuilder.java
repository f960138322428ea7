package dev.millrace.orchestrator.definition;

import dev.millrace.orchestrator.core.definition.StepAction;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The cases of a switch in the making, in their order. One thread. */
public final class CasesBuilder {
  private final List<StepAction.Case> cases = new ArrayList<>();

  private CasesBuilder() {}

  static StepAction of(Consumer<CasesBuilder> details) {
    CasesBuilder builder = new CasesBuilder();
    details.accept(builder);
    return new StepAction.Choose(builder.cases);
  }

  /** Adds a case with its condition, as CEL. */
  public CasesBuilder when(String name, String condition) {
    cases.add(new StepAction.Case(name, condition));
    return this;
  }

  /** Adds the case that holds when none before it does. */
  public CasesBuilder otherwise(String name) {
    cases.add(new StepAction.Case(name, null));
    return this;
  }
}
