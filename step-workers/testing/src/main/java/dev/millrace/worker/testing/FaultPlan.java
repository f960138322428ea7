package dev.millrace.worker.testing;

import dev.millrace.schemas.v1.StepCommand;
import dev.millrace.worker.StepHandler;
import dev.millrace.worker.spi.HandlerDecorator;
import dev.millrace.worker.testing.StepFaults.Fault;
import dev.millrace.worker.testing.StepFaults.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All that is to go wrong, and how often handlers were called. One thread. */
final class FaultPlan implements HandlerDecorator {
  private final List<Rule> rules = new ArrayList<>();

  /** Commands that were delivered again; that happens once to each. */
  private final Set<String> redelivered = new HashSet<>();

  /** Calls of handlers by workflow and step. */
  private final Map<List<String>, Integer> calls = new HashMap<>();

  void add(Rule rule) {
    rules.add(rule);
  }

  /** Puts the faults of handlers in their place, inside everything else that is around them. */
  @Override
  public StepHandler around(String stepType, StepHandler handler) {
    return context -> {
      for (Rule rule : rules) {
        if (rule.fault() instanceof Fault.Handler fault && rule.isOf(context)) {
          return fault.instead().handle(context);
        }
      }
      calls.merge(List.of(context.workflowId(), context.step()), 1, Integer::sum);
      return handler.handle(context);
    };
  }

  int calls(String workflowId, String step) {
    return calls.getOrDefault(List.of(workflowId, step), 0);
  }

  /** The fault of a kind that an attempt has, if it has one. */
  <F extends Fault> Optional<F> find(Class<F> kind, StepCommand command) {
    return rules.stream()
        .filter(
            rule ->
                rule.isOf(
                    command.getWorkflowId(),
                    command.getStep(),
                    command.getAttempt(),
                    command.getBranch()))
        .map(Rule::fault)
        .filter(kind::isInstance)
        .map(kind::cast)
        .findFirst();
  }

  /** Whether an attempt has a fault by which its command comes again, and for the first time. */
  boolean isFirst(Class<? extends Fault> kind, StepCommand command) {
    return find(kind, command).isPresent()
        && redelivered.add(
            String.join(
                "/",
                kind.getSimpleName(),
                command.getWorkflowId(),
                command.getStep(),
                Integer.toString(command.getBranch()),
                Integer.toString(command.getAttempt())));
  }
}
