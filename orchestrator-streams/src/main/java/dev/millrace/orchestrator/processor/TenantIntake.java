package dev.millrace.orchestrator.processor;

import dev.millrace.orchestrator.core.schedule.Slots;
import dev.millrace.orchestrator.core.state.Parent;
import dev.millrace.orchestrator.flow.OpenWorkflows;
import dev.millrace.orchestrator.flow.QueueWindows;
import dev.millrace.orchestrator.flow.TenantQuota;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many workflows of each tenant are open in one stream task, and whether one more may begin.
 * Belongs to one stream task.
 */
final class TenantIntake {
  private static final double MS_PER_SECOND = 1_000;

  /** So many seconds of starts may come at once. */
  private static final double BURST_SECONDS = 1;

  /** Of more tenants than this, those are forgotten of which nothing is open. */
  private static final int TENANTS_MAX = 10_000;

  private final OpenWorkflows.OfTask open;
  private final QueueWindows windows;
  private final Map<String, Tenant> tenants = new HashMap<>();

  TenantIntake(OpenWorkflows.OfTask open, QueueWindows windows) {
    this.open = open;
    this.windows = windows;
  }

  /** What is known of one tenant. */
  private static final class Tenant {
    private final Permits byTimeOfRecords = new Permits();
    private final Permits byTimeOfReading = new Permits();
    private long open;

    /**
     * Takes a permit, if there is one. Starts that have waited for the engine come at once, and are
     * judged by when they were sent; those of a clock that is slow, by when they are read. Either
     * pays for all, so that no more begin than the longer of both times allows.
     */
    boolean takePermit(double perSecond, long sentMs, long nowMs) {
      boolean hasSent = byTimeOfRecords.earn(perSecond, Math.min(sentMs, nowMs), nowMs);
      boolean hasRead = byTimeOfReading.earn(perSecond, nowMs, nowMs);
      if (!hasSent && !hasRead) {
        return false;
      }
      byTimeOfRecords.left--;
      byTimeOfReading.left--;
      return true;
    }
  }

  /** What one clock has earned; less than nothing when the other one has paid. */
  private static final class Permits {
    private double left = Double.MAX_VALUE;
    private long atMs;

    /** Goes on to a time, if it is later; whether there is a permit then. */
    boolean earn(double perSecond, long timeMs, long nowMs) {
      long fromMs = Math.min(atMs, nowMs); // later than now when the clock was set back
      atMs = Math.max(fromMs, timeMs);
      double earned = (atMs - fromMs) * perSecond / MS_PER_SECOND;
      left = Math.min(left + earned, Math.max(1, perSecond * BURST_SECONDS));
      return left >= 1;
    }
  }

  /** How many workflows of all tenants are open. */
  OpenWorkflows.OfTask open() {
    return open;
  }

  /** So many more workflows of a tenant are open; negative for fewer. */
  void change(String tenant, int more) {
    open.change(more);
    of(tenant).open += more;
  }

  private Tenant of(String tenant) {
    Tenant known = tenants.get(tenant);
    if (known == null) {
      if (tenants.size() >= TENANTS_MAX) {
        tenants.values().removeIf(each -> each.open <= 0);
      }
      known = new Tenant();
      tenants.put(tenant, known);
    }
    return known;
  }

  /** Whether limits hold for a start: not if another workflow waits for it, as no schedule does. */
  static boolean appliesTo(String workflowId, @Nullable Parent parent) {
    return parent == null || Slots.isOfSlot(workflowId, parent);
  }

  /**
   * Why no workflow of a tenant may begin now; null when one may, which is then counted among its
   * starts.
   *
   * @param takesPlace whether another one of the tenant ends for it
   * @param sentMs when its start was sent
   */
  @Nullable String refusal(String tenant, boolean takesPlace, long sentMs, long nowMs) {
    TenantQuota quota = windows.quota(tenant);
    if (quota.equals(TenantQuota.NONE)) {
      return null;
    }
    Tenant known = of(tenant);
    if (!takesPlace && quota.openWorkflows() > 0 && known.open >= quota.openWorkflows()) {
      return "tenant '%s' has %d open workflows in this partition, and may have %d (its part of tenant.%s.open.workflows); start it when some have ended"
          .formatted(tenant, known.open, quota.openWorkflows(), tenant);
    }
    if (quota.startsPerSecond() > 0 && !known.takePermit(quota.startsPerSecond(), sentMs, nowMs)) {
      return "tenant '%s' may start %s workflows a second in this partition (its part of tenant.%s.starts.per.second); start it later"
          .formatted(tenant, quota.startsPerSecond(), tenant);
    }
    return null;
  }
}
