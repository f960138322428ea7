/** Where the commands find Kafka, the schema registry and the engine. */
@NullMarked
package dev.millrace.cli.connection;

import org.jspecify.annotations.NullMarked;
