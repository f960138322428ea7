/** Tests of the load generator. */
@NullMarked
package dev.millrace.perf.load;

import org.jspecify.annotations.NullMarked;
