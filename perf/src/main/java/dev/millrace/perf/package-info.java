/** The benchmark: Millrace and the limit loop under the same load, each part in its own process. */
@NullMarked
package dev.millrace.perf;

import org.jspecify.annotations.NullMarked;
