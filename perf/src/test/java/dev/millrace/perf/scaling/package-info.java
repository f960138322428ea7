/** Tests of the autoscaler and of the model of its pods. */
@NullMarked
package dev.millrace.perf.scaling;

import org.jspecify.annotations.NullMarked;
