/** Tests of the store of workflows. */
@NullMarked
package dev.millrace.orchestrator.store;

import org.jspecify.annotations.NullMarked;
