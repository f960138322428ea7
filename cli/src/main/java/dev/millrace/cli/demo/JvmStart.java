package dev.millrace.cli.demo;

import java.lang.management.ManagementFactory;
import java.time.Instant;

/**
 * When this JVM started. The process may be older: the launcher builds in it first and then becomes
 * the JVM.
 */
final class JvmStart {
  private JvmStart() {}

  static Instant at() {
    return Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());
  }
}
