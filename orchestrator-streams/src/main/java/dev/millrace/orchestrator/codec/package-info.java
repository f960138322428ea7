/** Avro records to core data and back: the only room that imports both. */
@NullMarked
package dev.millrace.orchestrator.codec;

import org.jspecify.annotations.NullMarked;
