/** Tests of the answers about workflows. */
@NullMarked
package dev.millrace.orchestrator.query;

import org.jspecify.annotations.NullMarked;
