package dev.millrace.orchestrator.core.decide;

import dev.millrace.orchestrator.core.event.ControlRefused;
import dev.millrace.orchestrator.core.event.MigrationTried;
import dev.millrace.orchestrator.core.event.WorkflowMigrated;
import dev.millrace.orchestrator.core.graph.CompiledDefinition;
import dev.millrace.orchestrator.core.graph.StepMapping;
import dev.millrace.orchestrator.core.input.Control;
import dev.millrace.orchestrator.core.state.WorkflowView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Decisions about the version of its definition that a running workflow goes on with. */
final class Migration {
  private final Control.Migrate request;
  private final Transition transition;
  private final CompiledDefinition definition;
  private final WorkflowView state;

  Migration(Control.Migrate request, Transition transition) {
    this.request = request;
    this.transition = transition;
    this.definition = transition.definition();
    this.state = transition.state();
  }

  /** Decides for a workflow that runs; what stands against it is said in an event. */
  void decide() {
    CompiledDefinition target =
        transition.targets().definition(definition.name(), request.version());
    MigrationPlan plan = plan(target);
    if (request.dryRun()) {
      transition.record(new MigrationTried(request.version(), plan.report()));
    } else if (target == null || !plan.breaches().isEmpty()) {
      String code = plan.breaches().getFirst().rule().code();
      transition.record(new ControlRefused(code, plan.refusal()));
    } else {
      transition.record(new WorkflowMigrated(target, plan.report()));
      transition.goOnWith(target);
      Steps steps = new Steps(transition);
      steps.readiness().holdAgain();
      steps.goOn();
    }
  }

  private MigrationPlan plan(@Nullable CompiledDefinition target) {
    List<MigrationPlan.Breach> breaches = new ArrayList<>();
    if (state.hasOwnDefinition()) {
      breaches.add(
          new MigrationPlan.Breach(
              MigrationRule.OWN_DEFINITION,
              "the start of the workflow brought its definition along, of which there is no other"
                  + " version; cancel it and start a registered one"));
    } else if (target == null) {
      breaches.add(
          new MigrationPlan.Breach(
              MigrationRule.UNKNOWN_VERSION,
              "definition %s/%d is not registered; register it, then ask again"
                  .formatted(definition.name(), request.version())));
    } else if (target.fingerprint() == definition.fingerprint()) {
      breaches.add(
          new MigrationPlan.Breach(
              MigrationRule.SAME_VERSION,
              "the workflow runs definition %s/%d already"
                  .formatted(definition.name(), definition.version())));
    }
    if (target == null || !breaches.isEmpty()) {
      return new MigrationPlan(request.version(), List.of(), List.of(), List.of(), breaches);
    }
    breaches.addAll(ofWorkflow(target));
    StepMapping mapping = new StepMapping(definition, target);
    breaches.addAll(new MigrationChecks(mapping, state).breaches());
    return plan(mapping, breaches);
  }

  private List<MigrationPlan.Breach> ofWorkflow(CompiledDefinition target) {
    List<MigrationPlan.Breach> breaches = new ArrayList<>();
    if (state.outcome() != null) {
      breaches.add(
          new MigrationPlan.Breach(
              MigrationRule.ENDING,
              "the workflow is ending and runs its compensations and finally steps; let it end"));
    }
    for (String queue : target.queues().stream().sorted().toList()) {
      if (!transition.targets().hasQueue(queue)) {
        breaches.add(
            new MigrationPlan.Breach(
                MigrationRule.MISSING_QUEUE,
                "queue '%s' has no topic; create it, then ask again".formatted(queue)));
      }
    }
    return breaches;
  }

  private MigrationPlan plan(StepMapping mapping, List<MigrationPlan.Breach> breaches) {
    CompiledDefinition target = mapping.after();
    List<String> added = new ArrayList<>();
    List<String> removed = new ArrayList<>();
    List<String> changed = new ArrayList<>();
    for (int step = 0; step < target.mainSteps() + target.finallySteps(); step++) {
      int old = mapping.former(step);
      if (old == CompiledDefinition.NO_STEP) {
        added.add(target.step(step).id());
      } else if (!Objects.equals(target.source(step), definition.source(old))
          || target.step(step).group() != definition.step(old).group()) {
        changed.add(target.step(step).id());
      }
    }
    for (int step = 0; step < definition.mainSteps() + definition.finallySteps(); step++) {
      if (mapping.later(step) == CompiledDefinition.NO_STEP) {
        removed.add(definition.step(step).id());
      }
    }
    return new MigrationPlan(request.version(), added, removed, changed, breaches);
  }
}
