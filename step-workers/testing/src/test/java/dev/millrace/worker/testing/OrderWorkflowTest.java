package dev.millrace.worker.testing;

import static dev.millrace.worker.testing.WorkflowAssert.assertThat;

import dev.millrace.worker.Step;
import dev.millrace.worker.StepContext;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class OrderWorkflowTest {
  static final String DEFINITION =
      """
      name: order
      version: 1
      retry: {maxAttempts: 3, initialInterval: 1m, jitter: 0}
      output: "${steps.ship.output}"
      steps:
        - id: charge
        - id: coolingOff
          dependsOn: [charge]
          delay: 14d
        - id: ship
          dependsOn: [coolingOff]
          input: {article: "${input.article}", receipt: "${steps.charge.output.id}"}
      """;

  record Order(String article, int cents) {}

  record Receipt(String id) {}

  record Parcel(String article, String receipt) {}

  static final class OrderSteps {
    @Step("charge")
    Receipt charge(Order order, StepContext context) {
      return new Receipt("receipt of " + context.workflowId());
    }

    @Step("ship")
    String ship(Parcel parcel) {
      return "shipped " + parcel.article() + ", " + parcel.receipt();
    }
  }

  @AutoClose
  final TestEngine engine =
      TestEngine.builder()
          .definition(DEFINITION)
          .worker(worker -> worker.handlers(new OrderSteps()))
          .build();

  @Test
  void orderIsShippedTwoWeeksAfterItWasPaidThoughTheBankWasBusy() {
    engine.faults("charge").onAttempt(1).fail("BankBusy", "try later");

    TestWorkflow order = engine.start("order", new Order("lamp", 4_900)).await();

    assertThat(order)
        .succeeded()
        .returned("shipped lamp, receipt of order-1")
        .completed("charge", "coolingOff", "ship")
        .hasAttempts("charge", 2)
        .took(Duration.ofDays(14).plusMinutes(1));
  }

  @Test
  void orderThatIsCancelledWhileItCoolsOffIsNotShipped() {
    TestWorkflow order = engine.start("order", new Order("lamp", 4_900));
    order.awaitStep("coolingOff", StepState.WAITING);
    engine.advance(Duration.ofDays(10));
    order.cancel("changed my mind").await();

    assertThat(order).hasState(WorkflowState.CANCELLED).hasAttempts("ship", 0);
  }
}
