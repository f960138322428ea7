/** Payloads compressed, encrypted, and kept outside of Kafka. */
@NullMarked
package dev.millrace.worker.payload;

import org.jspecify.annotations.NullMarked;
