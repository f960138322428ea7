/**
 * Where workflows are kept: key layout, the one store, and the rule that state never outlives the
 * outputs that it speaks of.
 */
@NullMarked
package dev.millrace.orchestrator.store;

import org.jspecify.annotations.NullMarked;
