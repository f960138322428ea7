/** Tests of finding Kafka, registry and engine. */
@NullMarked
package dev.millrace.cli.connection;

import org.jspecify.annotations.NullMarked;
