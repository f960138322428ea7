/**
 * How many workers there are, as KEDA and Kubernetes decide it, and what comes of it in a model.
 */
@NullMarked
package dev.millrace.perf.scaling;

import org.jspecify.annotations.NullMarked;
