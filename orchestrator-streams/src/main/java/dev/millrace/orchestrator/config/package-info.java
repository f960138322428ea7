/** The engine's settings, and how they become those of Kafka's clients and RocksDB. */
@NullMarked
package dev.millrace.orchestrator.config;

import org.jspecify.annotations.NullMarked;
