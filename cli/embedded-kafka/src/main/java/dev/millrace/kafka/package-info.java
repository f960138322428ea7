/** A real one-node Kafka broker for development and tests; knows nothing of workflows. */
@NullMarked
package dev.millrace.kafka;

import org.jspecify.annotations.NullMarked;
