/** What the engine counts, under the names that dashboards and alerts use. */
@NullMarked
package dev.millrace.orchestrator.metrics;

import org.jspecify.annotations.NullMarked;
