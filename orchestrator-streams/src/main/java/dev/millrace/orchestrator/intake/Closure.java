package dev.millrace.orchestrator.intake;

/**
 * One reason for which starts wait in Kafka now.
 *
 * @param reason why
 * @param value how the figure stands
 * @param limit what it must not reach; for {@link IntakeReason#DISK_FREE}, not fall below
 * @param resumesAt at which figure starts are taken again
 * @param sinceMs since when they wait for it, in epoch milliseconds
 */
public record Closure(IntakeReason reason, long value, long limit, long resumesAt, long sinceMs) {}
