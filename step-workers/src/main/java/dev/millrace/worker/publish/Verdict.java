package dev.millrace.worker.publish;

/** What the failure of an event that was sent on its own means. */
enum Verdict {
  /** It concerns the brokers or the producer: the event goes again, and all others with it. */
  PASSING,
  /** It concerns this event, and may pass: it goes again, for as long as patience lasts. */
  DOUBTFUL,
  /** As {@link #DOUBTFUL}, and it concerns all events with the same topic and partition. */
  TARGET_DOUBTFUL,
  /** Kafka will never take this event. */
  REFUSED,
  /** Patience with this topic or partition is at its end, for all events that go there. */
  TARGET_REFUSED
}
