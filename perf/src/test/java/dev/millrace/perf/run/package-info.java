/** Tests of whole runs, with real processes. */
@NullMarked
package dev.millrace.perf.run;

import org.jspecify.annotations.NullMarked;
