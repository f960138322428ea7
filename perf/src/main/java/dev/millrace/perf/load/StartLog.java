package dev.millrace.perf.load;

import dev.millrace.perf.workload.RunPlan;
import dev.millrace.schemas.v1.EventType;
import dev.millrace.schemas.v1.WorkflowEvents;
import dev.millrace.schemas.wire.MalformedRecordException;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;

/**
 * What the event log says of workflows with numbered ids: which have started, which a second time,
 * and which have ended. Not thread-safe.
 */
public final class StartLog extends EventLog {
  private static final String PREFIX = "start-";

  private final BitSet ended = new BitSet();
  private final BitSet startedAgain = new BitSet();

  /** Reads from the beginning of the events topic. */
  public StartLog(RunPlan plan) {
    super(plan);
  }

  /** The id of a workflow. */
  public static String id(int number) {
    return PREFIX + number;
  }

  /** Reads on until so many workflows have ended, or none does for so long. */
  public void awaitEnded(int workflows, Duration patience) throws MalformedRecordException {
    Instant news = Instant.now();
    while (ended() < workflows && Instant.now().isBefore(news.plus(patience))) {
      int before = ended();
      read();
      if (ended() > before) {
        news = Instant.now();
      }
    }
  }

  @Override
  void take(String workflowId, WorkflowEvents decided) {
    int number = Integer.parseInt(workflowId.substring(PREFIX.length()));
    for (int i = 0; i < decided.getEvents().size(); i++) {
      EventType type = decided.getEvents().get(i).getType();
      // After a crash an event may stand there twice, under one number: it is one event.
      if (type == EventType.WORKFLOW_STARTED && decided.getFirstSequence() + i > 0) {
        startedAgain.set(number);
      } else if (type == EventType.WORKFLOW_SUCCEEDED) {
        ended.set(number);
      }
    }
  }

  /** How many workflows have ended. */
  public int ended() {
    return ended.cardinality();
  }

  /** How many have started more than once. */
  public int startedAgain() {
    return startedAgain.cardinality();
  }
}
