/** Tests of the report. */
@NullMarked
package dev.millrace.perf.report;

import org.jspecify.annotations.NullMarked;
