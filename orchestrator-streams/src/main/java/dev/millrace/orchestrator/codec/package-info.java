/** Between the core's data and bytes: Avro records, packed state. The only room that sees both. */
@NullMarked
package dev.millrace.orchestrator.codec;

import org.jspecify.annotations.NullMarked;
