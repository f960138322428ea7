package dev.millrace.orchestrator.query;

import dev.millrace.orchestrator.codec.StoredSchedule;
import dev.millrace.orchestrator.store.Keys;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;

/** Reads schedules of this engine; they lie where workflows of their ids would. Thread-safe. */
public final class ScheduleQueries {
  private final WorkflowQueries stores;

  public ScheduleQueries(WorkflowQueries stores) {
    this.stores = stores;
  }

  /**
   * A schedule that this engine has.
   *
   * @throws NotReadyException while the engine restores or rebalances
   */
  public Optional<ScheduleReport> find(String scheduleId) {
    byte[] stored = stores.inPartitionOf(scheduleId, store -> store.get(Keys.schedule(scheduleId)));
    return Optional.ofNullable(stored)
        .map(bytes -> ScheduleReport.of(scheduleId, StoredSchedule.of(bytes)));
  }

  /**
   * Schedules that this engine has, in no order.
   *
   * @param limit how many at most
   * @throws NotReadyException while the engine restores or rebalances
   */
  public List<ScheduleReport> list(int limit) {
    return stores.inAll(
        store -> {
          List<ScheduleReport> found = new ArrayList<>();
          try (KeyValueIterator<Bytes, byte[]> schedules =
              store.range(Keys.firstSchedule(), Keys.afterSchedules())) {
            while (schedules.hasNext() && found.size() < limit) {
              KeyValue<Bytes, byte[]> each = schedules.next();
              found.add(
                  ScheduleReport.of(Keys.workflowId(each.key), StoredSchedule.of(each.value)));
            }
          }
          return found;
        });
  }
}
