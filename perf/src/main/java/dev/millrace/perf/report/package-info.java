/** What was measured, as records, JSON and a table. */
@NullMarked
package dev.millrace.perf.report;

import org.jspecify.annotations.NullMarked;
