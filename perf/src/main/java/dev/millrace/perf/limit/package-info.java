/** The limit loop: what Kafka itself allows, with no workflow state at all. */
@NullMarked
package dev.millrace.perf.limit;

import org.jspecify.annotations.NullMarked;
