/** Tests of the conversions between Avro records and core data. */
@NullMarked
package dev.millrace.orchestrator.codec;

import org.jspecify.annotations.NullMarked;
